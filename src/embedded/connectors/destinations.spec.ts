import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { configured, ConnectorFolder, script, statesOf } from '../../../test/embedded/connector-kit';

let folder: ConnectorFolder;

beforeEach(() => {
  folder = new ConnectorFolder();
});

afterEach(() => {
  folder.remove();
});

describe('the SQLite destination', () => {
  const write = (
    mode: string,
    records: readonly object[],
    complete = true,
    more: object = {},
  ): ReturnType<ConnectorFolder['run']> => {
    const config = folder.file('config.json', { destination_path: '/local/out.sqlite' });
    const catalog = folder.file('catalog.json', {
      streams: [configured('order', 'incremental', mode, more)],
    });
    return folder.run(
      'destination-sqlite',
      ['write', '--config', config, '--catalog', catalog],
      script('order', records, complete),
    );
  };
  const rows = (sql = 'SELECT "id", "v" FROM "order" ORDER BY "id"'): unknown[] => {
    const db = new DatabaseSync(join(folder.path, 'local/out.sqlite'));
    const found: unknown[] = db.prepare(sql).all();
    db.close();
    return found.map((row) => ({ ...(row as object) }));
  };

  it('appends, and confirms states with the number of stored records', () => {
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

  it('keeps the record with the greatest cursor for every key, and the last one of equal cursors', () => {
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

  it('distinguishes keys that are equal as doubles', () => {
    const more = { primary_key: [['id']], cursor_field: ['v'] };
    const config = folder.file('config.json', { destination_path: '/local/out.sqlite' });
    const catalog = folder.file('catalog.json', {
      streams: [configured('order', 'incremental', 'append_dedup', more)],
    });
    const records = ['9007199254740993', '9007199254740992'].map(
      (id) => `{"type":"RECORD","record":{"stream":"order","data":{"id":${id},"v":1},"emitted_at":1}}\n`,
    );
    folder.run(
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
  const write = (
    mode: string,
    records: readonly object[],
    complete = true,
  ): ReturnType<ConnectorFolder['run']> => {
    const config = folder.file('config.json', { destination_path: '/local/out' });
    const catalog = folder.file('catalog.json', { streams: [configured('s', 'full_refresh', mode)] });
    return folder.run(
      'destination-local-json',
      ['write', '--config', config, '--catalog', catalog],
      script('s', records, complete),
    );
  };
  const content = (): string => readFileSync(join(folder.path, 'local/out/_airbyte_raw_s.jsonl'), 'utf8');
  const ids = (): unknown[] =>
    content()
      .split('\n')
      .flatMap((line) => /"id":(\d+)/.exec(line)?.[1] ?? []);

  it('replaces a file only by a complete file', () => {
    write('overwrite', [{ id: 1 }]);
    expect(write('overwrite', [{ id: 2 }], false).status).toBe(1);
    expect(ids()).toEqual(['1']);
    write('overwrite', [{ id: 3 }]);
    expect(ids()).toEqual(['3']);
  });

  it('truncates the lines that a killed run left after its last commit', () => {
    write('append', [{ id: 1 }]);
    writeFileSync(join(folder.path, 'local/out/_airbyte_raw_s.jsonl'), `${content()}{"_airbyte_ab_id":"half`);
    const marker = join(folder.path, 'local/out/._airbyte_raw_s.jsonl.committed');
    writeFileSync(marker, readFileSync(marker, 'utf8').replace('"writing":false', '"writing":true'));
    write('append', [{ id: 2 }]);
    expect(ids()).toEqual(['1', '2']);
    expect(content()).not.toContain('half');
  });

  it('leaves nothing after its last commit if its input ends too early', () => {
    write('append', [{ id: 1 }]);
    const before = content();
    const more = Array.from({ length: 20_000 }, (_, id) => ({ id, text: 'x'.repeat(20) }));
    const config = folder.file('config.json', { destination_path: '/local/out' });
    const catalog = folder.file('catalog.json', {
      streams: [configured('s', 'full_refresh', 'append')],
    });
    const records = more.map((data) => ({ type: 'RECORD', record: { stream: 's', data, emitted_at: 1 } }));
    const input = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    const args = ['write', '--config', config, '--catalog', catalog];
    expect(folder.run('destination-local-json', args, input).status).toBe(1);
    expect(content()).toBe(before);
  });

  it('refuses two streams that would share a file', () => {
    const config = folder.file('config.json', { destination_path: '/local/out' });
    const streams = ['a_b', 'A_b'].map((name) => configured(name, 'full_refresh', 'append'));
    const args = ['write', '--config', config, '--catalog', folder.file('catalog.json', { streams })];
    expect(folder.run('destination-local-json', args).messages.at(-1)).toMatchObject({
      trace: {
        error: {
          failure_type: 'config_error',
          message:
            'Two streams would both be written to _airbyte_raw_A_b.jsonl. Leave one out, or set another prefix or namespace.',
        },
      },
    });
  });

  it.each(['overwrite', 'append'])('writes through no link out of /local/ (%s)', (mode) => {
    mkdirSync(join(folder.path, 'local/out'));
    const outside = folder.file('outside.jsonl', 'mine\n');
    for (const name of ['_airbyte_raw_s.jsonl', '._airbyte_raw_s.jsonl.new']) {
      symlinkSync(outside, join(folder.path, 'local/out', name));
      expect(write(mode, [{ id: 1 }]).status).toBe(1);
      rmSync(join(folder.path, 'local/out', name));
    }
    expect(write(mode, [{ id: 1 }]).status).toBe(0);
    expect(readFileSync(outside, 'utf8')).toBe('mine\n');
  });
});
