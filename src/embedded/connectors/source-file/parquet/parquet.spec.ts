import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configured, ConnectorFolder, dataOf } from '../../../../../test/embedded/connector-kit';

/**
 * Created by `bench/embedded/parquet-fixtures.ts` with writers that share no code with the reader. pyarrow 26 created
 * `arrow-*`.
 */
const FIXTURES = join(__dirname, '../../../../../test/fixtures/parquet');
const CONFIG = { dataset_name: 'd', format: 'parquet', provider: { storage: 'local' } };

let folder: ConnectorFolder;

beforeEach(() => {
  folder = new ConnectorFolder();
  mkdirSync(join(folder.path, 'local/in'));
});

afterEach(() => {
  folder.remove();
});

function run(command: string, url: string): ReturnType<ConnectorFolder['run']> {
  const config = folder.file('config.json', { ...CONFIG, url });
  const catalog = folder.file('catalog.json', { streams: [configured('d', 'full_refresh', 'append')] });
  const more = command === 'read' ? ['--catalog', catalog] : [];
  return folder.run('source-file', [command, '--config', config, ...more]);
}

function copy(fixture: string, to: string): void {
  copyFileSync(join(FIXTURES, fixture), join(folder.path, 'local', to));
}

/** Parses JSON with numbers as texts, so every digit is kept. */
function exact(json: string): unknown {
  return JSON.parse(
    json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (part) => (part.startsWith('"') ? part : `"${part}"`)),
  );
}

function recordsOf({ lines }: { lines: string[] }): unknown[] {
  return lines
    .filter((line) => line.startsWith('{"type":"RECORD"'))
    .map((line) =>
      exact(line.slice(line.indexOf('"data":') + '"data":'.length, line.lastIndexOf(',"emitted_at"'))),
    );
}

function told(file: string): unknown[] {
  return readFileSync(join(FIXTURES, file), 'utf8').trim().split('\n').map(exact);
}

function failureOf({ messages }: ReturnType<typeof run>): unknown {
  return messages.at(-1)?.['trace'];
}

describe('Parquet', () => {
  it.each(['types-V1.parquet', 'types-V2.parquet'])('is read with every type and digit: %s', (fixture) => {
    copy(fixture, 'd.parquet');
    expect(recordsOf(run('read', '/local/d.parquet'))).toEqual(told('types.jsonl'));
  });

  it.each(['pages-V1.parquet', 'pages-V2.parquet'])(
    'is read completely if lists span many pages and row groups: %s',
    (fixture) => {
      copy(fixture, 'd.parquet');
      expect(recordsOf(run('read', '/local/d.parquet'))).toEqual(told('pages.jsonl'));
    },
  );

  it.each(['UNCOMPRESSED', 'SNAPPY', 'ZSTD', 'GZIP', 'BROTLI', 'LZ4_RAW'])(
    'is decompressed from %s',
    (codec) => {
      copy(`${codec}.parquet`, 'd.parquet');
      expect(dataOf(run('read', '/local/d.parquet').messages)).toEqual(
        Array.from({ length: 5000 }, (_, i) => ({ i, text: `a text that repeats ${i % 7}` })),
      );
    },
  );

  it('is read from Arrow: an all-null column in LZ4, and empty lists in pages of version 2', () => {
    copy('arrow-lz4-null.parquet', 'd.parquet');
    expect(dataOf(run('read', '/local/d.parquet').messages)).toEqual([
      { id: 1, note: null },
      { id: 2, note: null },
    ]);
    copy('arrow-v2-lists.parquet', 'd.parquet');
    expect(dataOf(run('read', '/local/d.parquet').messages)).toEqual(
      Array.from({ length: 60 }, (_, x) => ({ c: x % 3 === 0 ? [] : [{ x }] })),
    );
  });

  it('is discovered with types; a column on which files disagree accepts both', () => {
    copy('types-V1.parquet', 'in/a.parquet');
    copy('pages-V1.parquet', 'in/b.parquet');
    const [found] = run('discover', '/local/in/*.parquet').messages;
    expect(found).toMatchObject({
      catalog: {
        streams: [
          {
            json_schema: {
              properties: {
                id: { type: ['null', 'integer'] },
                d38: { type: ['null', 'number'] },
                flag: { type: ['null', 'boolean'] },
                at: { format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
                local_at: { format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
                day: { format: 'date' },
                bytes: { contentEncoding: 'base64' },
                tags: { type: ['null', 'array'] },
                struct: { type: ['null', 'object'] },
              },
            },
          },
        ],
      },
    });
    expect(dataOf(run('read', '/local/in/*.parquet').messages)).toHaveLength(260);
  });

  it.each([
    ['no Parquet', (): Buffer => Buffer.from('id,v\n1,a and so on\n')],
    ['empty', (): Buffer => Buffer.alloc(0)],
    ['cut off', (whole: Buffer): Buffer => whole.subarray(0, -100)],
    ['encrypted', (whole: Buffer): Buffer => Buffer.concat([whole.subarray(0, -4), Buffer.from('PARE')])],
    ['damaged', (whole: Buffer): Buffer => Buffer.from(whole).fill(0x5a, 500, 600)],
  ])('that is %s is refused, without invented rows', (_how, change) => {
    const whole = readFileSync(join(FIXTURES, 'GZIP.parquet'));
    writeFileSync(join(folder.path, 'local/d.parquet'), change(whole));
    const read = run('read', '/local/d.parquet');
    expect([read.status, failureOf(read), dataOf(read.messages)]).toMatchObject([
      1,
      { error: { failure_type: 'config_error', message: expect.stringContaining('d.parquet') } },
      [],
    ]);
  });
});
