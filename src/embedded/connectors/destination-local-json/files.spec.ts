import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { configured } from '../../../../test/embedded/connector-kit';
import { DestinationRun } from '../../../../test/embedded/destination-run';
import { parseConfiguredCatalog } from '../../protocol/messages';
import { localJsonDestination } from './destination';

let output: DestinationRun;

beforeEach(() => {
  output = new DestinationRun(localJsonDestination, '/local/out');
});

afterEach(() => {
  output.folder.remove();
});

const OWN_LINE = `{"_airbyte_ab_id":"00000000-0000-4000-8000-000000000000","_airbyte_emitted_at":1,"_airbyte_data":{"id":7}}\n`;
const MODES = ['overwrite', 'append'];
const path = (name: string): string => join(output.local, 'out', name);
const outside = (): string => join(output.folder.path, 'outside');

function ids(file = '_airbyte_raw_s.jsonl'): unknown[] {
  const lines = readFileSync(path(file), 'utf8').split('\n');
  return lines.flatMap((line) => /"id":(\d+)/.exec(line)?.[1] ?? []);
}

function files(): string[] {
  return readdirSync(path('.')).sort();
}

describe('the file of a stream', () => {
  it.each([
    ['users', 'users'],
    ['Users-2_é漢', 'Users-2_é漢'],
    ['a b', 'a%20b'],
    ['a/../b', 'a%2f%2e%2e%2fb'],
    ['..', '%2e%2e'],
    ['100%', '100%25'],
    ['e\u0301', 'e%cc%81'],
    ['\u1112\u1161\u11ab', '%e1%84%92%e1%85%a1%e1%86%ab'],
    ['a\0b', 'a%00b'],
    ['😀', '%f0%9f%98%80'],
    ['\ud800', '%ud800'],
    ['', ''],
  ])('of %j is named %j', async (stream, name) => {
    expect(await output.write(stream, 'append', [{ id: 1 }])).toBeNull();
    expect(files()).toContain(`_airbyte_raw_${name}.jsonl`);
  });

  it('has a shortened name for a long stream name, different for each stream', async () => {
    const long = 'é'.repeat(300);
    for (const name of [`${long}1`, `${long}2`, '漢/'.repeat(300)])
      expect(await output.write(name, 'overwrite', [{ id: 1 }])).toBeNull();
    const written = files().filter((name) => name.endsWith('.jsonl'));
    expect(written).toHaveLength(3);
    for (const name of written) expect(Buffer.byteLength(name)).toBeLessThan(220);
  });

  it.each(MODES)('is not shared with another stream (%s)', async (mode) => {
    const streams = [
      { namespace: 'a', name: 'b_c' },
      { namespace: 'a_b', name: 'c' },
    ];
    expect(await output.empty(streams[0] ?? {}, mode)).toBeNull();
    for (const other of MODES) {
      expect(await output.empty(streams[1] ?? {}, other)).toEqual({
        type: 'config_error',
        message:
          '/local/out/_airbyte_raw_a_b_c.jsonl belongs to stream "a.b_c", and stream "a_b.c" would replace its rows. Set another prefix for the streams, or another destination_path.',
      });
    }
    rmSync(path('_airbyte_raw_a_b_c.jsonl'));
    expect(await output.empty(streams[1] ?? {}, mode)).toBeNull();
  });

  it.each(MODES)('of a user is not written (%s)', async (mode) => {
    mkdirSync(path('.'));
    const mine = '{"id":1}\n';
    writeFileSync(path('_airbyte_raw_s.jsonl'), mine);
    const failure = await output.write('s', mode, [{ id: 2 }]);
    expect(failure).toEqual({
      type: 'config_error',
      message:
        '/local/out/_airbyte_raw_s.jsonl was not created by this connector. Move it away, or choose another destination_path for stream "s".',
    });
    expect(readFileSync(path('_airbyte_raw_s.jsonl'), 'utf8')).toBe(mine);
    expect(files()).toEqual(['_airbyte_raw_s.jsonl']);
  });

  it('is kept if a user creates a file of that name after a sync', async () => {
    await output.write('s', 'overwrite', [{ id: 1 }]);
    writeFileSync(path('_airbyte_raw_s.jsonl'), 'mine\n');
    for (const mode of MODES) expect((await output.write('s', mode, [{ id: 2 }]))?.type).toBe('config_error');
    expect(readFileSync(path('_airbyte_raw_s.jsonl'), 'utf8')).toBe('mine\n');
  });

  it('is continued in every mode, also if the previous version created it', async () => {
    mkdirSync(path('.'));
    writeFileSync(path('_airbyte_raw_s.jsonl'), `${OWN_LINE}{"_airbyte_ab_id":"half`);
    writeFileSync(path('._airbyte_raw_s.jsonl.committed'), `{"offset":${OWN_LINE.length}}`);
    expect(await output.write('s', 'append', [{ id: 8 }])).toBeNull();
    expect(ids()).toEqual(['7', '8']);
    expect(await output.write('s', 'overwrite', [{ id: 1 }])).toBeNull();
    expect(await output.write('s', 'append', [{ id: 2 }])).toBeNull();
    expect(ids()).toEqual(['1', '2']);
    rmSync(path('._airbyte_raw_s.jsonl.committed'));
    expect(await output.write('s', 'append', [{ id: 3 }])).toBeNull();
    expect(ids()).toEqual(['1', '2', '3']);
  });

  it.each([`{"mine":1}\n`, OWN_LINE])('keeps the line %j that a user added', async (mine) => {
    await output.write('s', 'append', [{ id: 1 }, { id: 2 }]);
    appendFileSync(path('_airbyte_raw_s.jsonl'), mine);
    expect(await output.write('s', 'append', [{ id: 3 }])).toBeNull();
    expect(await output.write('s', 'append', [{ id: 4 }])).toBeNull();
    const lines = readFileSync(path('_airbyte_raw_s.jsonl'), 'utf8').split(/(?<=\n)/);
    expect(lines).toHaveLength(5);
    expect(lines[2]).toBe(mine);
  });

  it('is not overwritten while it has lines that a user added', async () => {
    await output.write('s', 'append', [{ id: 1 }]);
    const size = readFileSync(path('_airbyte_raw_s.jsonl')).length;
    appendFileSync(path('_airbyte_raw_s.jsonl'), '{"mine":1}\n');
    expect(await output.write('s', 'overwrite', [{ id: 2 }])).toEqual({
      type: 'config_error',
      message: `/local/out/_airbyte_raw_s.jsonl has lines of another program behind its first ${size} bytes. Move these lines to another file.`,
    });
    expect(readFileSync(path('_airbyte_raw_s.jsonl'), 'utf8').slice(size)).toBe('{"mine":1}\n');
  });

  it.each(['', OWN_LINE, OWN_LINE.slice(0, 50)])(
    'is refused if a user added a line behind those of a killed run: %j',
    async (left) => {
      await output.write('s', 'append', [{ id: 1 }]);
      const committed = readFileSync(path('_airbyte_raw_s.jsonl'), 'utf8');
      const record: object = JSON.parse(readFileSync(path('._airbyte_raw_s.jsonl.committed'), 'utf8'));
      writeFileSync(path('._airbyte_raw_s.jsonl.committed'), JSON.stringify({ ...record, writing: true }));
      writeFileSync(path('_airbyte_raw_s.jsonl'), `${committed}${left}{"mine":1}\n`);
      for (const mode of MODES)
        expect((await output.write('s', mode, [{ id: 2 }]))?.message).toContain(
          'has lines of another program',
        );
      expect(readFileSync(path('_airbyte_raw_s.jsonl'), 'utf8')).toBe(`${committed}${left}{"mine":1}\n`);
      writeFileSync(path('_airbyte_raw_s.jsonl'), `${committed}${left}`);
      expect(await output.write('s', 'append', [{ id: 2 }])).toBeNull();
      expect(ids()).toEqual(['1', '2']);
    },
  );

  it.each(
    ['new', 'committed', 'committed.new', 'lock'].flatMap((suffix) => MODES.map((mode) => [suffix, mode])),
  )('does not cost a user a file with the suffix %s (%s)', async (suffix, mode) => {
    const name = `._airbyte_raw_s.jsonl.${suffix}`;
    mkdirSync(path('.'));
    writeFileSync(path(name), 'mine\n');
    expect(await output.write('s', mode, [{ id: 1 }])).toEqual({
      type: 'config_error',
      message: `/local/out/${name} was not created by this connector. Move it away, or choose another destination_path for stream "s".`,
    });
    expect(files()).toEqual([name]);
    expect(readFileSync(path(name), 'utf8')).toBe('mine\n');
  });

  it('may be emptied or moved away, but not truncated within a line', async () => {
    await output.write('s', 'append', [{ id: 1 }, { id: 2 }]);
    truncateSync(path('_airbyte_raw_s.jsonl'), readFileSync(path('_airbyte_raw_s.jsonl')).length - 3);
    expect((await output.write('s', 'append', [{ id: 3 }]))?.message).toContain(
      'ends in the middle of a line',
    );
    truncateSync(path('_airbyte_raw_s.jsonl'), 0);
    expect(await output.write('s', 'append', [{ id: 4 }])).toBeNull();
    expect(ids()).toEqual(['4']);
    rmSync(path('_airbyte_raw_s.jsonl'));
    expect(await output.write('s', 'append', [{ id: 5 }])).toBeNull();
    expect(ids()).toEqual(['5']);
  });

  it('leaves no other file behind after a failed overwrite or a killed run', async () => {
    await output.write('s', 'append', [{ id: 1 }]);
    const before = files();
    writeFileSync(path('._airbyte_raw_s.jsonl.new'), `${OWN_LINE}{"_airbyte_ab`);
    expect((await output.write('s', 'overwrite', [{ id: 2 }], {}, false))?.type).toBe('transient_error');
    expect(files()).toEqual(before);
    writeFileSync(path('._airbyte_raw_s.jsonl.new'), `${OWN_LINE}{"_airbyte_ab`);
    await output.write('s', 'append', [{ id: 3 }]);
    expect(files()).toEqual(before);
    expect(ids()).toEqual(['1', '3']);
  });

  it.each([
    ['{"a":1,"\\u0061":2}', 'it has the member "a" more than once'],
    ['{"é":1,"\\u00e9":2}', 'it has the member "é" more than once'],
    ['{"a":"\xff"}', 'it is not valid UTF-8'],
  ])('refuses a record that parsers read differently: %s', async (record, reason) => {
    const streams = parseConfiguredCatalog({ streams: [configured('s', 'full_refresh', 'append')] });
    const bytes = reason.includes('UTF-8') ? Buffer.from(record, 'latin1') : Buffer.from(record);
    const [head, tail] = ['{"type":"RECORD","record":{"stream":"s","data":', ',"emitted_at":1}}\n'];
    const failure = await output.run(
      streams,
      Buffer.concat([
        Buffer.from(`${head}{"\u00c3\u00a9":1,"\\u00e9":2}${tail}${head}`),
        bytes,
        Buffer.from(tail),
      ]),
    );
    expect(failure?.type).toBe('config_error');
    expect(failure?.message).toContain(`Stream s, record 2 of this run: ${reason}`);
  });
});

describe('the folder of the files', () => {
  const names = ['', '.committed', '.new', '.committed.new', '.lock', `.lock.${process.pid}`];

  it.each(names.flatMap((name) => MODES.map((mode) => [name, mode])))(
    'never leads outside by a link at %j (%s)',
    async (suffix, mode) => {
      mkdirSync(path('.'));
      const name = suffix === '' ? '_airbyte_raw_s.jsonl' : `._airbyte_raw_s.jsonl${suffix}`;
      for (const exists of [false, true]) {
        if (exists) writeFileSync(outside(), 'mine');
        symlinkSync(outside(), path(name));
        const failure = await output.write('s', mode, [{ id: 1 }]);
        expect(failure === null || failure.message.includes('link')).toBe(true);
        expect(existsSync(outside())).toBe(exists);
        rmSync(path('.'), { recursive: true });
        mkdirSync(path('.'));
      }
      expect(readFileSync(outside(), 'utf8')).toBe('mine');
    },
  );

  it.each(['', '.committed', '.new', '.committed.new', '.lock'])(
    'waits for no pipe at %j',
    async (suffix) => {
      mkdirSync(path('.'));
      const name = suffix === '' ? '_airbyte_raw_s.jsonl' : `._airbyte_raw_s.jsonl${suffix}`;
      spawnSync('mkfifo', [path(name)]);
      expect(lstatSync(path(name)).isFIFO()).toBe(true);
      const failure = await output.write('s', 'append', [{ id: 1 }]);
      expect(failure === null || failure.message.includes('not a regular file')).toBe(true);
    },
  );

  it('may be a link to a folder in /local, but not a dangling link or one that leads out', async () => {
    mkdirSync(join(output.local, 'real'));
    symlinkSync('real', path('.'));
    expect(await output.write('s', 'append', [{ id: 1 }])).toBeNull();
    expect(readdirSync(join(output.local, 'real'))).toContain('_airbyte_raw_s.jsonl');
    for (const target of [output.folder.path, outside()]) {
      rmSync(path('.'));
      symlinkSync(target, path('.'));
      expect(await output.check('/local/out')).toContain('leads out of /local/');
      expect((await output.write('s', 'append', [{ id: 1 }]))?.type).toBe('config_error');
    }
    expect(existsSync(outside())).toBe(false);
  });

  it('is refused if it is a file, without the path of the host', async () => {
    writeFileSync(path('.').replace(/\/\.?$/, ''), 'mine');
    expect(await output.check('/local/out')).toBe(
      '/local/out is not a folder. Choose another destination_path.',
    );
    expect(await output.check('/local/out/deeper')).toBe(
      '/local/out is not a folder. Choose another destination_path.',
    );
    mkdirSync(join(output.local, 'x/_airbyte_raw_s.jsonl'), { recursive: true });
    const inX = new DestinationRun(localJsonDestination, '/local/out');
    mkdirSync(join(inX.local, 'out/_airbyte_raw_s.jsonl'), { recursive: true });
    expect((await inX.write('s', 'overwrite', []))?.message).toMatch(
      /^\/local\/out\/_airbyte_raw_s.jsonl is a link or not a regular file/,
    );
    inX.folder.remove();
  });

  it.each([[5], [''], [null], ['/tmp/x'], ['/local/../x']])('is refused if it is %j', async (wrong) => {
    expect(await output.check(wrong)).toMatch(/destination_path must be|must begin with|must not contain/);
  });

  it('is the only member of the configuration', async () => {
    expect(await output.check('/local/x', { format: 'csv' })).toMatch(/^format is not a member/);
    expect(await output.check('/local/x', { destinationType: 'local-json' })).toBeNull();
  });
});
