import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { EmbeddedUnderTest, rowsOf } from '../../../test/embedded/embedded-kit';
import { startEmbeddedAirbyte, type EmbeddedAirbyte } from '../index';
import { SCHEMA } from '../store/schema';

let folder: string;
let log: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-'));
  log = [];
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function start(dataDir = folder): Promise<EmbeddedAirbyte> {
  const note = (message: string): void => {
    log.push(message);
  };
  return startEmbeddedAirbyte({ dataDir, log: { info: note, warn: note, error: note } });
}

/** A refused start must report an operator error without a stack trace. */
async function refusalOf(dataDir = folder): Promise<Error> {
  try {
    await (await start(dataDir)).close();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it started');
}

/** Creates the state of an older schema version, with configurations in plain text. */
function writeStateOf(version: number): void {
  const db = new DatabaseSync(join(folder, 'state.db'));
  db.exec('CREATE TABLE "meta" ("key" TEXT PRIMARY KEY, "value" TEXT NOT NULL)');
  for (const step of SCHEMA.slice(0, version)) if (typeof step === 'string') db.exec(step);
  db.exec(`
    INSERT INTO "meta" VALUES ('schema_version', '${version}');
    INSERT INTO "workspaces" VALUES ('w', 'Old', 1000);
    INSERT INTO "actors" ("id", "kind", "name", "definition_id", "workspace_id", "configuration", "created_at")
    VALUES ('s', 'source', 'Old people', 'dfd88b22-b603-4c3d-aad7-3701784586b1', 'w', '{"sourceType":"faker","count":3}', 1000),
      ('d', 'destination', 'Old files', 'a625d593-bba5-4a1c-a53d-2d246268a816', 'w', '{"destination_path":"/local/old"}', 1000);
    INSERT INTO "connections" ("id", "name", "source_id", "destination_id", "workspace_id", "status", "cron_expression",
      "cron_time_zone", "settings", "streams", "created_at") VALUES ('c', 'Old', 's', 'd', 'w', 'active', NULL, NULL, '{"prefix":"","namespaceDefinition":"destination"}',
      '{"streams":[{"name":"users","namespace":null,"syncMode":"full_refresh_overwrite","cursorField":[],"primaryKey":[["id"]],"jsonSchema":{"type":"object","properties":{"id":{"type":"integer"}}}}]}', 1000);
  `);
  db.close();
}

describe('the data directory of an older version', () => {
  it.each(SCHEMA.map((_, index) => index + 1))('is opened and synced: schema %i', async (version) => {
    writeStateOf(version);
    const embedded = await EmbeddedUnderTest.over(folder);
    const api = embedded.client;
    expect(rowsOf(await api.get('/sources'))).toMatchObject([
      { name: 'Old people', configuration: { sourceType: 'faker', count: 3 } },
    ]);
    const stream = { name: 'users', syncMode: 'full_refresh_overwrite', primaryKey: [['id']] };
    expect((await api.get('/connections/c')).body['configurations']).toMatchObject({ streams: [stream] });
    await api.jobIn(await api.sync('c'), 'succeeded');
    expect(embedded.readOutput('old/_airbyte_raw_users.jsonl')).toHaveLength(3);
    await embedded.stop();
    expect(readFileSync(join(folder, 'state.db')).includes('destination_path')).toBe(false);
  });

  it('loses the read permission of other users, with a warning', async () => {
    writeStateOf(1);
    chmodSync(join(folder, 'state.db'), 0o644);
    await (await start()).close();
    expect(statSync(join(folder, 'state.db')).mode & 0o777).toBe(0o600);
    expect(log.join('\n')).toContain('state.db could be read by other users');
  });
});

describe('a start that is refused', () => {
  it('does not change a folder that a process of another container uses', async () => {
    const first = await start();
    // The process id of the holder is not valid in another container.
    const lock = JSON.stringify({
      pid: 2 ** 22 + 1,
      started: 'another boot:1',
      since: '2026-01-01T00:00:00.000Z',
    });
    writeFileSync(join(folder, 'lock'), lock);
    mkdirSync(join(folder, 'scratch'), { recursive: true });
    writeFileSync(join(folder, 'scratch/config.json'), '{}');
    const refusal = await refusalOf();
    expect([refusal.name, refusal.message]).toEqual([
      'DataDirInUseError',
      expect.stringContaining('perhaps in another container, running since 2026-01-01'),
    ]);
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(lock);
    expect(existsSync(join(folder, 'scratch/config.json'))).toBe(true);
    await first.close();
  });

  it.each<[string, (path: string) => void]>([
    [
      'a text',
      (path) => {
        writeFileSync(path, 'no database, but long enough to be one'.repeat(99));
      },
    ],
    [
      'a torn database',
      (path) => {
        writeFileSync(path, readFileSync(path).fill(0x5a, 100, 6000));
      },
    ],
    [
      'an empty file',
      (path) => {
        writeFileSync(path, '');
      },
    ],
  ])('names state.db and a solution if the file is %s', async (_name, damage) => {
    await (await start()).close();
    damage(join(folder, 'state.db'));
    const refusal = await refusalOf();
    expect(refusal.name).toBe('DataDirError');
    expect(refusal.message).toContain(`DATA_DIR ${folder}`);
    expect(refusal.message).toContain('Restore state.db from a backup, or move it away');
  });

  it.each([
    ['half', 'is not JSON'],
    ['{"clientId":"a","clientSecret":""}', 'has no usable clientSecret'],
    ['{"clientId":"a","clientSecret":"short"}', 'has no usable clientSecret'],
    ['{"clientSecret":"abcdefghijklmnopqrstuvwxyz"}', 'has no usable clientId'],
  ])('names api.json if it contains %s', async (content, reason) => {
    writeFileSync(join(folder, 'api.json'), content);
    const refusal = await refusalOf();
    expect([refusal.name, refusal.message]).toEqual([
      'DataDirError',
      expect.stringContaining(`api.json ${reason}`),
    ]);
  });

  it.each([
    ['is a file', 'file', 'a file is in its place'],
    ['is below a file', 'file/below', 'a file is in the place of one of its folders'],
  ])('names the setting if DATA_DIR %s', async (_name, path, reason) => {
    writeFileSync(join(folder, 'file'), '');
    const refusal = await refusalOf(join(folder, path));
    expect([refusal.name, refusal.message]).toEqual(['DataDirError', expect.stringContaining(reason)]);
    expect(refusal.message).toContain('set DATA_DIR to another folder');
  });

  it.each(['/proc/airbyte', '/proc/airbyte/data'])(
    'names the setting when the file system refuses new folders: %s',
    async (path) => {
      expect((await refusalOf(path)).message).toContain(`DATA_DIR ${path} cannot be used: `);
    },
  );

  it('releases the folder for the next start', async () => {
    writeFileSync(join(folder, 'connectors.json'), 'half');
    expect((await refusalOf()).name).toBe('RegistryError');
    rmSync(join(folder, 'connectors.json'));
    await (await start()).close();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });
});
