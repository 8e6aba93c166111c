import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { configured, ConnectorFolder, dataOf, statesOf } from '../../../test/embedded/connector-kit';
import { isObject, type JsonObject } from '../platform/json';

let folder: ConnectorFolder;

beforeEach(() => {
  folder = new ConnectorFolder();
});

afterEach(() => {
  folder.remove();
});

const FILE = { dataset_name: 'd', format: 'csv', url: '/local/d.csv', provider: { storage: 'local' } };

describe('every connector', () => {
  it.each([
    ['source-file', FILE],
    ['source-faker', { count: 5 }],
    ['destination-local-json', { destination_path: '/local/out' }],
    ['destination-sqlite', { destination_path: '/local/out.sqlite' }],
  ])(
    '%s answers spec and check in messages of the protocol, and a failing check with status 0',
    (connector, config) => {
      folder.file('local/d.csv', 'id,v\n1,a\n');
      const spec = folder.run(connector, ['spec']);
      expect([spec.status, spec.messages.map(({ type }) => type)]).toEqual([0, ['SPEC']]);
      const good = folder.run(connector, ['check', '--config', folder.file('config.json', config)]);
      expect(good.messages).toEqual([
        { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } },
      ]);
      const bad = folder.run(connector, [
        'check',
        '--config',
        folder.file('config.json', { count: 0, destination_path: '/etc' }),
      ]);
      expect([bad.status, bad.messages]).toMatchObject([0, [{ connectionStatus: { status: 'FAILED' } }]]);
    },
  );

  it.each(['source-postgres', 'destination-postgres'])(
    '%s answers spec, and names what is wrong with a configuration',
    (connector) => {
      expect(folder.run(connector, ['spec']).messages.map(({ type }) => type)).toEqual(['SPEC']);
      const { messages } = folder.run(connector, [
        'check',
        '--config',
        folder.file('config.json', { host: 'h', database: 'd' }),
      ]);
      expect(messages).toEqual([
        {
          type: 'CONNECTION_STATUS',
          connectionStatus: { status: 'FAILED', message: 'username is required.' },
        },
      ]);
    },
  );

  it.each(['source-file', 'source-faker'])('%s that cannot read says so in a TRACE message', (connector) => {
    const catalog = folder.file('catalog.json', { streams: [configured('nope', 'full_refresh', 'append')] });
    folder.file('local/d.csv', 'id\n1\n');
    const { status, messages } = folder.run(connector, [
      'read',
      '--config',
      folder.file('config.json', FILE),
      '--catalog',
      catalog,
    ]);
    expect(status).toBe(1);
    expect(messages.at(-1)).toMatchObject({
      trace: { type: 'ERROR', error: { failure_type: 'config_error' } },
    });
  });
});

describe('the file source', () => {
  const read = (url: string, states?: object[]): ReturnType<ConnectorFolder['run']> => {
    const config = folder.file('config.json', { ...FILE, url });
    const catalog = folder.file('catalog.json', { streams: [configured('d', 'full_refresh', 'append')] });
    return folder.run('source-file', [
      'read',
      '--config',
      config,
      '--catalog',
      catalog,
      ...(states === undefined ? [] : ['--state', folder.file('state.json', states)]),
    ]);
  };

  it('reads all files that match a pattern as one stream, in the order of their names', () => {
    folder.file('local/in/b.csv', 'id,v\n3,c');
    folder.file('local/in/a.csv', '\ufeffid,v\r\n1,a\r\n\r\n2,"b\r\nb"\r\n');
    folder.file('local/in/deep/c.csv', 'id,v\n4,d\n');
    folder.file('local/in/.hidden.csv', 'id,v\n5,e\n');
    expect(dataOf(read('/local/in/*.csv').messages)).toEqual([
      { id: '1', v: 'a' },
      { id: '2', v: 'b\r\nb' },
      { id: '3', v: 'c' },
    ]);
    expect(dataOf(read('/local/**/*.csv').messages)).toHaveLength(4);
    const none = read('/local/in/*.tsv');
    expect(none.messages.at(-1)).toMatchObject({
      trace: { error: { message: 'No file is found at /local/in/*.tsv.' } },
    });
  });

  it('resumes after the rows of a state, unless a file has changed', () => {
    folder.file('local/d.csv', `id\n${Array.from({ length: 30_000 }, (_, id) => id).join('\n')}\n`);
    const [first] = statesOf(read('/local/d.csv').messages);
    expect(first).toMatchObject({
      stream: { stream_state: { rows: 25_000 } },
      sourceStats: { recordCount: 25_000 },
    });
    const rest = read('/local/d.csv', [first ?? {}]).messages;
    expect(dataOf(rest).slice(0, 1)).toEqual([{ id: '25000' }]);
    expect(dataOf(rest)).toHaveLength(5000);
    writeFileSync(join(folder.path, 'local/d.csv'), 'id\n7\n');
    expect(dataOf(read('/local/d.csv', [first ?? {}]).messages)).toEqual([{ id: '7' }]);
  });

  it.each([
    ['is cut off', (whole: Buffer): Buffer => whole.subarray(0, -4)],
    ['goes on as something else', (whole: Buffer): Buffer => Buffer.concat([whole, Buffer.from('\0\0x')])],
  ])('refuses a packed file that %s', (_how, change) => {
    writeFileSync(join(folder.path, 'local/d.csv.gz'), change(gzipSync('id\n1\n')));
    expect(read('/local/d.csv.gz').messages.at(-1)).toMatchObject({
      trace: {
        error: {
          failure_type: 'config_error',
          message: expect.stringMatching(/^\/local\/d\.csv\.gz cannot be read: .+gzip/),
        },
      },
    });
  });

  it('reads a gzip file with several members and zero padding', () => {
    const parts = [gzipSync('id\n1\n'), gzipSync('2\n'), Buffer.alloc(1000)];
    writeFileSync(join(folder.path, 'local/d.csv.gz'), Buffer.concat(parts));
    expect(dataOf(read('/local/d.csv.gz').messages)).toEqual([{ id: '1' }, { id: '2' }]);
  });

  it('finds every member of JSON lines in any row and with any name', () => {
    const rows = Array.from({ length: 3000 }, (_, id) => `{"id":${id}}`);
    folder.file('local/d.jsonl', [...rows, '{"id":"x","late":[],"__proto__":1}'].join('\n'));
    const config = folder.file('config.json', { ...FILE, format: 'jsonl', url: '/local/d.jsonl' });
    const [found] = folder.run('source-file', ['discover', '--config', config]).messages;
    expect(JSON.stringify(found)).toContain(
      '"properties":{"id":{"type":["null","number","string"]},"late":{"type":["null","array"]},"__proto__":{"type":["null","number"]}}',
    );
  });

  it('reads a value of ten million characters and of many lines', () => {
    folder.file('local/d.csv', `id,v\r\n1,"${'line\r\n'.repeat(1_700_000)}"\r\n2,b`);
    const [first, second] = dataOf(read('/local/d.csv').messages);
    expect(isObject(first) && String(first['v']).length).toBe(1_700_000 * 6);
    expect(second).toEqual({ id: '2', v: 'b' });
  });

  it('refuses a file that is written during the read, because half a row looks like a row', async () => {
    const rows = (from: number): string =>
      Array.from({ length: 200_000 }, (_, id) => `${from + id},and more text that fills the pipe\n`).join('');
    const path = folder.file('local/d.csv', `id,v\n${rows(0)}`);
    const config = folder.file('config.json', FILE);
    const catalog = folder.file('catalog.json', { streams: [configured('d', 'full_refresh', 'append')] });
    const reading = folder.start('source-file', ['read', '--config', config, '--catalog', catalog]);
    await once(reading.stdout, 'readable');
    // Back-pressure stops the source long before the end of the file.
    appendFileSync(path, '200000,ha');
    const output = await text(reading.stdout);
    expect(output.trim().split('\n').at(-1)).toContain('/local/d.csv was changed while it was read.');
    expect(output).not.toContain('COMPLETE');
  });

  it('refuses bytes that are not UTF-8', () => {
    writeFileSync(join(folder.path, 'local/d.csv'), Buffer.from([0x69, 0x64, 0x0a, 0xff, 0xfe, 0x0a]));
    expect(read('/local/d.csv').messages.at(-1)).toMatchObject({
      trace: {
        error: { message: expect.stringContaining('Row 1 (line 2) of /local/d.csv is wrong: byte 0xFF') },
      },
    });
  });

  it('follows no link out of /local/', () => {
    execFileSync('ln', ['-s', '/etc/passwd', join(folder.path, 'local/link.csv')]);
    expect(read('/local/link.csv').messages.at(-1)).toMatchObject({
      trace: { error: { failure_type: 'config_error' } },
    });
  });
});

describe('the faker source', () => {
  const read = (config: object, states?: object[]): JsonObject[] => {
    const catalog = folder.file('catalog.json', {
      streams: [configured('users', 'incremental', 'append_dedup')],
    });
    const args = ['read', '--config', folder.file('config.json', config), '--catalog', catalog];
    return folder.run(
      'source-faker',
      states === undefined ? args : [...args, '--state', folder.file('state.json', states)],
    ).messages;
  };

  it('sends the same users for a seed, and after the last state all users or only new ones', () => {
    const first = read({ count: 3, seed: 7 });
    expect(dataOf(first)).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }]);
    const names = (messages: JsonObject[]): unknown[] =>
      dataOf(messages).map((user) => (isObject(user) ? user['name'] : null));
    expect(names(read({ count: 3, seed: 7 }))).toEqual(names(first));
    const state = statesOf(first).slice(-1);
    expect(dataOf(read({ count: 3, seed: 7 }, state))).toHaveLength(3);
    expect(dataOf(read({ count: 5, seed: 7, always_updated: false }, state))).toMatchObject([
      { id: 4 },
      { id: 5 },
    ]);
  });
});
