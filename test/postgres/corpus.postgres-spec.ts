import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { parse as parseCsv } from 'csv-parse/sync';
import { gunzipSync } from 'node:zlib';
import { LOCAL_ROOT_VARIABLE } from '../../src/embedded/protocol/local-root';
import { fileSource } from '../../src/embedded/connectors/source-file/source';
import { arrayAt, isObject, type JsonObject } from '../../src/embedded/platform/json';
import { ConnectorError } from '../../src/embedded/protocol/connector';
import { MessageWriter } from '../../src/embedded/protocol/message-writer';
import { type ConfiguredStream, parseConfiguredCatalog } from '../../src/embedded/protocol/messages';
import { type CorpusDestination, localJson, postgres, sqlite } from '../corpus/destinations';
import { canonical, canonicalMembers } from '../corpus/exact-json';
import { CORPUS, type CorpusFile } from '../corpus/files';
import { PostgresServer } from './server';

let server: PostgresServer;
let root: string;
const verdicts = { equal: 0, refused: 0, wrong: 0 };

beforeAll(async () => {
  server = await PostgresServer.start();
  // One database for all files: dropping and creating it for each file takes half of the time. Each file drops its table.
  server.createDatabase('corpus');
});
afterAll(async () => {
  await server.stop();
  process.stdout.write(`corpus: ${CORPUS.length} files; ${JSON.stringify(verdicts)}\n`);
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'corpus-'));
  mkdirSync(join(root, 'in'));
  process.env[LOCAL_ROOT_VARIABLE] = root;
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const STATUS = (status: string): string =>
  `${JSON.stringify({ type: 'TRACE', trace: { type: 'STREAM_STATUS', emitted_at: 1, stream_status: { stream_descriptor: { name: 's' }, status } } })}\n`;

function collector(): { writer: MessageWriter; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  return { writer: new MessageWriter(stream), text: () => Buffer.concat(chunks).toString('utf8') };
}

/** The message of a config_error. Every other error fails the test. */
async function refusalOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof ConnectorError && error.failureType === 'config_error') return error.message;
    throw error;
  }
}

interface Read {
  readonly properties: JsonObject;
  readonly text: string;
}

async function read(file: CorpusFile): Promise<Read> {
  const config: JsonObject = {
    dataset_name: 's',
    format: file.format,
    url: `/local/in/${file.fileName}`,
    provider: { storage: 'local' },
    ...(file.options && { reader_options: JSON.stringify(file.options) }),
  };
  await fileSource.check(config, collector().writer);
  const catalog = await fileSource.discover(config, collector().writer);
  const stream = arrayAt(catalog, 'streams').find(isObject) ?? {};
  const streams = parseConfiguredCatalog({
    streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }],
  });
  const output = collector();
  await fileSource.read({ config, streams, states: [], output: output.writer });
  await output.writer.flush();
  return { properties: stream['json_schema'] as JsonObject, text: output.text() };
}

function configured(mode: string, { properties }: Read): readonly ConfiguredStream[] {
  const dedup = mode === 'append_dedup';
  return parseConfiguredCatalog({
    streams: [
      {
        stream: { name: 's', json_schema: properties, supported_sync_modes: ['full_refresh', 'incremental'] },
        sync_mode: dedup ? 'incremental' : 'full_refresh',
        destination_sync_mode: mode,
        primary_key: dedup ? [['id']] : [],
        cursor_field: [],
      },
    ],
  });
}

/** The content of the file, read by an independent parser. */
function expectedRows({ format, bytes, rows, fileName }: CorpusFile): string[][] {
  if (rows) return rows.map((row) => row.map((cell) => JSON.stringify(cell)).sort());
  const text = (/\.gz$/i.test(fileName) ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\ufeff/, '');
  if (format === 'csv') {
    const [, ...records] = parseCsv(text, {
      relax_column_count: false,
      skip_empty_lines: !/^v\n/.test(text),
    });
    return records.map((cells: string[]) => cells.map((cell) => JSON.stringify(cell)).sort());
  }
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => [...canonicalMembers(line).values()].sort());
}

/** Postgres has no negative zero. */
const sorted = (rows: readonly (readonly string[])[]): string[] =>
  rows.map((row) => JSON.stringify(row)).sort();

/** Writes the file twice. Returns whether it was refused. Throws if the destination differs from the file. */
async function runTwice(
  destination: CorpusDestination,
  mode: string,
  source: Read,
  expected: string[][],
): Promise<boolean> {
  const { connector, config } = destination;
  for (const round of [1, 2]) {
    const refusal = await refusalOf(() =>
      connector.write({
        config,
        streams: configured(mode, source),
        input: Readable.from([Buffer.from(source.text + STATUS('COMPLETE'))]),
        output: collector().writer,
      }),
    );
    if (refusal !== null) {
      expect(refusal.length).toBeGreaterThan(20);
      return true;
    }
    const times = mode === 'append' ? round : 1;
    const wanted = Array.from({ length: times }, () => expected).flat();
    expect(sorted(destination.rows())).toEqual(sorted(wanted));
  }
  return false;
}

it('has at least 150 files', () => {
  expect(CORPUS.length).toBeGreaterThanOrEqual(150);
  expect(canonical('1.50')).toBe(canonical('15e-1'));
});

it.each(CORPUS.map((file): [string, CorpusFile] => [`${file.format}: ${file.name}`, file]))(
  'every destination and mode has the rows of the file or refuses it: %s',
  async (_, file) => {
    writeFileSync(join(root, 'in', file.fileName), file.bytes);
    const found: Read[] = [];
    const refusal = await refusalOf(async () => {
      found.push(await read(file));
    });
    const [source] = found;
    if (source === undefined) {
      expect(refusal).toMatch(file.options ? /^reader_options/ : /\/local\/in\//);
      verdicts.refused += 1;
      return;
    }
    const expected = expectedRows(file);
    for (const destination of [localJson(root), sqlite(root), postgres(server, 'corpus')]) {
      for (const mode of destination.modes) {
        if (mode === 'append_dedup' && !/\bid\b/.test(JSON.stringify(source.properties))) continue;
        verdicts.wrong += 1;
        const isRefused = await runTwice(destination, mode, source, expected);
        verdicts.wrong -= 1;
        verdicts[isRefused ? 'refused' : 'equal'] += 1;
        rmSync(join(root, 'out'), { recursive: true, force: true });
        rmSync(join(root, 'out.sqlite'), { force: true });
        server.sql('DROP TABLE IF EXISTS "s" CASCADE', 'corpus');
      }
    }
  },
);
