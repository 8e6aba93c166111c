import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import Ajv from 'ajv';
import { isObject, type JsonObject } from '../json';
import { MESSAGE_SCHEMA } from '../../../test/kill/message-schema';

const COMPILED = join(__dirname, '../../../dist/embedded/connectors');
const isMessage = new Ajv({ allErrors: true, strict: false }).compile(MESSAGE_SCHEMA);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'connectors-'));
  mkdirSync(join(folder, 'local'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** Runs a command of a connector; every line of its output must be a message of the protocol. */
function run(
  connector: string,
  args: string[],
  input = '',
): { messages: JsonObject[]; status: number | null } {
  const { stdout, status } = spawnSync(process.execPath, [join(COMPILED, connector, 'main.js'), ...args], {
    env: { AIRBYTE_LOCAL_ROOT: join(folder, 'local') },
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const messages = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
  expect(messages.filter((message) => !isMessage(message))).toEqual([]);
  return { messages: messages.filter(isObject), status };
}

function configured(name: string, read: string, write: string, more: object = {}): object {
  return {
    stream: {
      name,
      json_schema: { type: 'object', properties: { id: {}, v: {} } },
      supported_sync_modes: [read],
    },
    sync_mode: read,
    destination_sync_mode: write,
    ...more,
  };
}

function dataOf(messages: readonly JsonObject[]): unknown[] {
  return messages
    .filter(({ type }) => type === 'RECORD')
    .map(({ record }) => (isObject(record) ? record['data'] : null));
}

function statesOf(messages: readonly JsonObject[]): JsonObject[] {
  return messages.flatMap(({ type, state }) => (type === 'STATE' && isObject(state) ? [state] : []));
}

/** A destination's input: records, a state after them, and the end that the engine declares. */
function script(stream: string, records: readonly object[], complete: boolean): string {
  const lines: object[] = records.map((data) => ({
    type: 'RECORD',
    record: { stream, data, emitted_at: 1 },
  }));
  lines.push({
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: stream }, stream_state: { at: 1 } } },
  });
  if (complete) {
    const status = { stream_descriptor: { name: stream }, status: 'COMPLETE' };
    lines.push({ type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: 1, stream_status: status } });
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

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
      file('local/d.csv', 'id,v\n1,a\n');
      const spec = run(connector, ['spec']);
      expect([spec.status, spec.messages.map(({ type }) => type)]).toEqual([0, ['SPEC']]);
      const good = run(connector, ['check', '--config', file('config.json', config)]);
      expect(good.messages).toEqual([
        { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } },
      ]);
      const bad = run(connector, [
        'check',
        '--config',
        file('config.json', { count: 0, destination_path: '/etc' }),
      ]);
      expect([bad.status, bad.messages]).toMatchObject([0, [{ connectionStatus: { status: 'FAILED' } }]]);
    },
  );

  it.each(['source-postgres', 'destination-postgres'])(
    '%s answers spec, and names what is wrong with a configuration',
    (connector) => {
      expect(run(connector, ['spec']).messages.map(({ type }) => type)).toEqual(['SPEC']);
      const { messages } = run(connector, [
        'check',
        '--config',
        file('config.json', { host: 'h', database: 'd' }),
      ]);
      expect(messages).toEqual([
        {
          type: 'CONNECTION_STATUS',
          connectionStatus: { status: 'FAILED', message: 'username is required' },
        },
      ]);
    },
  );

  it.each(['source-file', 'source-faker'])('%s that cannot read says so in a TRACE message', (connector) => {
    const catalog = file('catalog.json', { streams: [configured('nope', 'full_refresh', 'append')] });
    file('local/d.csv', 'id\n1\n');
    const { status, messages } = run(connector, [
      'read',
      '--config',
      file('config.json', FILE),
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
  const read = (url: string, states?: object[]): ReturnType<typeof run> => {
    const config = file('config.json', { ...FILE, url });
    const catalog = file('catalog.json', { streams: [configured('d', 'full_refresh', 'append')] });
    return run('source-file', [
      'read',
      '--config',
      config,
      '--catalog',
      catalog,
      ...(states === undefined ? [] : ['--state', file('state.json', states)]),
    ]);
  };

  it('reads all files that match a pattern as one stream, in the order of their names', () => {
    file('local/in/b.csv', 'id,v\n3,c');
    file('local/in/a.csv', '\ufeffid,v\r\n1,a\r\n\r\n2,"b\r\nb"\r\n');
    file('local/in/deep/c.csv', 'id,v\n4,d\n');
    file('local/in/.hidden.csv', 'id,v\n5,e\n');
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

  it('goes on behind the rows of a state, unless a file has changed since', () => {
    file('local/d.csv', `id\n${Array.from({ length: 30_000 }, (_, id) => id).join('\n')}\n`);
    const [first] = statesOf(read('/local/d.csv').messages);
    expect(first).toMatchObject({
      stream: { stream_state: { rows: 25_000 } },
      sourceStats: { recordCount: 25_000 },
    });
    const rest = read('/local/d.csv', [first ?? {}]).messages;
    expect(dataOf(rest).slice(0, 1)).toEqual([{ id: '25000' }]);
    expect(dataOf(rest)).toHaveLength(5000);
    writeFileSync(join(folder, 'local/d.csv'), 'id\n7\n');
    expect(dataOf(read('/local/d.csv', [first ?? {}]).messages)).toEqual([{ id: '7' }]);
  });

  it('refuses bytes that are no UTF-8', () => {
    writeFileSync(join(folder, 'local/d.csv'), Buffer.from([0x69, 0x64, 0x0a, 0xff, 0xfe, 0x0a]));
    expect(read('/local/d.csv').messages.at(-1)).toMatchObject({
      trace: { error: { message: 'The file is not UTF-8.' } },
    });
  });

  it('follows no link out of /local/', () => {
    execFileSync('ln', ['-s', '/etc/passwd', join(folder, 'local/link.csv')]);
    expect(read('/local/link.csv').messages.at(-1)).toMatchObject({
      trace: { error: { failure_type: 'config_error' } },
    });
  });
});

describe('the faker source', () => {
  const read = (config: object, states?: object[]): JsonObject[] => {
    const catalog = file('catalog.json', { streams: [configured('users', 'incremental', 'append_dedup')] });
    const args = ['read', '--config', file('config.json', config), '--catalog', catalog];
    return run('source-faker', states === undefined ? args : [...args, '--state', file('state.json', states)])
      .messages;
  };

  it('brings the same people for a seed, and after its last state everybody again or only who is new', () => {
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

describe('the SQLite destination', () => {
  const write = (
    mode: string,
    records: readonly object[],
    complete = true,
    more: object = {},
  ): ReturnType<typeof run> => {
    const config = file('config.json', { destination_path: '/local/out.sqlite' });
    const catalog = file('catalog.json', { streams: [configured('order', 'incremental', mode, more)] });
    return run(
      'destination-sqlite',
      ['write', '--config', config, '--catalog', catalog],
      script('order', records, complete),
    );
  };
  const rows = (sql = 'SELECT "id", "v" FROM "order" ORDER BY "id"'): unknown[] => {
    const db = new DatabaseSync(join(folder, 'local/out.sqlite'));
    const found: unknown[] = db.prepare(sql).all();
    db.close();
    return found.map((row) => ({ ...(row as object) }));
  };

  it('appends, and gives states back with the count of what it stored', () => {
    expect(
      statesOf(
        write('append', [
          { id: 1, v: 'a' },
          { id: 1, v: 'a' },
        ]).messages,
      ),
    ).toMatchObject([{ destinationStats: { recordCount: 2 } }]);
    write('append', [{ id: 2, v: 'ü' }]);
    expect(rows()).toEqual([
      { id: 1, v: 'a' },
      { id: 1, v: 'a' },
      { id: 2, v: 'ü' },
    ]);
  });

  it('keeps the old content until the new is complete', () => {
    write('overwrite', [{ id: 1, v: 'old' }]);
    const broken = write('overwrite', [{ id: 2, v: 'half' }], false);
    expect(broken.status).toBe(1);
    expect(rows()).toEqual([{ id: 1, v: 'old' }]);
    write('overwrite', [{ id: 3, v: 'new' }]);
    expect(rows()).toEqual([{ id: 3, v: 'new' }]);
  });

  it('keeps of every key the record with the greatest cursor, and of equal ones the last', () => {
    const more = { primary_key: [['id']], cursor_field: ['v'] };
    write(
      'append_dedup',
      [
        { id: 1, v: 5 },
        { id: 2, v: 1 },
        { id: 1, v: 3 },
      ],
      true,
      more,
    );
    write(
      'append_dedup',
      [
        { id: 2, v: 9 },
        { id: 2, v: 9 },
      ],
      true,
      more,
    );
    expect(rows()).toEqual([
      { id: 1, v: 5 },
      { id: 2, v: 9 },
    ]);
  });

  it('tells keys apart that one double would stand for', () => {
    const more = { primary_key: [['id']], cursor_field: ['v'] };
    const config = file('config.json', { destination_path: '/local/out.sqlite' });
    const catalog = file('catalog.json', {
      streams: [configured('order', 'incremental', 'append_dedup', more)],
    });
    const records = ['9007199254740993', '9007199254740992'].map(
      (id) => `{"type":"RECORD","record":{"stream":"order","data":{"id":${id},"v":1},"emitted_at":1}}\n`,
    );
    run(
      'destination-sqlite',
      ['write', '--config', config, '--catalog', catalog],
      records.join('') + script('order', [], true),
    );
    expect(rows('SELECT CAST("id" AS TEXT) AS "id" FROM "order" ORDER BY 1')).toEqual([
      { id: '9007199254740992' },
      { id: '9007199254740993' },
    ]);
  });
});

describe('the local JSON destination', () => {
  const write = (mode: string, records: readonly object[], complete = true): ReturnType<typeof run> => {
    const config = file('config.json', { destination_path: '/local/out' });
    const catalog = file('catalog.json', { streams: [configured('s', 'full_refresh', mode)] });
    return run(
      'destination-local-json',
      ['write', '--config', config, '--catalog', catalog],
      script('s', records, complete),
    );
  };
  const content = (): string => readFileSync(join(folder, 'local/out/_airbyte_raw_s.jsonl'), 'utf8');
  const ids = (): unknown[] =>
    content()
      .split('\n')
      .flatMap((line) => /"id":(\d+)/.exec(line)?.[1] ?? []);

  it('replaces a file only by a complete one', () => {
    write('overwrite', [{ id: 1 }]);
    expect(write('overwrite', [{ id: 2 }], false).status).toBe(1);
    expect(ids()).toEqual(['1']);
    write('overwrite', [{ id: 3 }]);
    expect(ids()).toEqual(['3']);
  });

  it('cuts off what a killed run left behind its last commit', () => {
    write('append', [{ id: 1 }]);
    writeFileSync(join(folder, 'local/out/_airbyte_raw_s.jsonl'), `${content()}{"_airbyte_ab_id":"half`);
    write('append', [{ id: 2 }]);
    expect(ids()).toEqual(['1', '2']);
    expect(content()).not.toContain('half');
  });
});
