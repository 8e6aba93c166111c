import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedClient } from '../embedded/embedded-kit';
import { countLines, countTable, type CountedRows } from '../embedded/kill/counted-rows';
import { disorderOf, EVENT_SETTINGS, EventReader } from '../support/events-bench';
import { GatewayProcess } from '../support/gateway-process';
import { until } from '../support/until';

const ROWS = 300_000;
const PROGRAM = join(__dirname, '..', '..', 'dist', 'backup', 'main.js');

function backUp(dataDir: string, ...args: string[]): { status: number | null; output: string } {
  const env = { PATH: process.env['PATH'], DATA_DIR: dataDir };
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    env,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

const clientOf = (dataDir: string): EmbeddedClient =>
  new EmbeddedClient(
    JSON.parse(readFileSync(join(dataDir, 'api.json'), 'utf8')) as {
      apiUrl: string;
      clientId: string;
      clientSecret: string;
    },
  );

const start = (dataDir: string): Promise<GatewayProcess> =>
  GatewayProcess.start({ ...EVENT_SETTINGS, DATA_DIR: dataDir, LOG_LEVEL: 'warn', RATE_LIMIT: 'off' });

async function ingestionsOf(gateway: GatewayProcess): Promise<unknown> {
  const { body } = await gateway.send<{
    data: { connectionId: string; name: string; schedule: unknown }[];
  }>('GET', '/ingestion?pageSize=100');
  return body.data
    .map(({ connectionId, name, schedule }) => ({ connectionId, name, schedule }))
    .sort((a, b) => a.connectionId.localeCompare(b.connectionId));
}

/** Rows at both destinations of a data folder. */
async function rowsIn(dataDir: string): Promise<CountedRows[]> {
  return [
    await countLines(join(dataDir, 'local/lines/_airbyte_raw_users.jsonl'), ROWS, 1),
    countTable(join(dataDir, 'local/table.sqlite'), 'users', 1, ROWS),
  ];
}

describe('a backup of a gateway that runs syncs', () => {
  let folder: string;
  let original: string;
  let copy: string;
  let gateway: GatewayProcess;
  let connections: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backup-'));
    [original, copy] = [join(folder, 'data'), join(folder, 'copy')];
    gateway = await start(original);
    const api = clientOf(original);
    const workspaceId = '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826';
    const created = async (path: string, configuration: Record<string, unknown>): Promise<string> => {
      const { body } = await api.post(path, { name: path, workspaceId, configuration });
      return String(body['sourceId'] ?? body['destinationId']);
    };
    const source = await created('/sources', {
      sourceType: 'faker',
      count: ROWS,
      seed: 1,
      always_updated: true,
    });
    const destinations = [
      await created('/destinations', { destinationType: 'local-json', destination_path: '/local/lines' }),
      await created('/destinations', { destinationType: 'sqlite', destination_path: '/local/table.sqlite' }),
    ];
    connections = [];
    for (const destination of destinations)
      connections.push(
        await api.connect(source, destination, {
          name: `to ${destination}`,
          configurations: { streams: [{ name: 'users', syncMode: 'incremental_append' }] },
        }),
      );
  });
  afterAll(async () => {
    expect(await gateway.kill('SIGTERM')).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });

  it('restores connections, states, rows and events, and disturbs nothing', async () => {
    const api = clientOf(original);
    // A sync that started before the log began has no event of its start.
    const reader = new EventReader(gateway);
    await reader.current();
    const jobs: number[] = [];
    for (const connection of connections) jobs.push(await api.sync(connection));
    for (const job of jobs)
      await until('the first checkpoints', async () => {
        const { body } = await api.get(`/jobs/${job}`);
        return Number(body['rowsSynced'] ?? 0) > 0;
      });
    for (const connection of connections) await reader.seen('run.started', connection);
    const ingestions = await ingestionsOf(gateway);
    const before = [...reader.events];

    expect(backUp(original, copy)).toEqual({ status: 0, output: `${original} is copied to ${copy}\n` });
    for (const job of jobs) expect((await api.get(`/jobs/${job}`)).body['status']).toBe('running');

    for (const job of jobs) await api.jobIn(job, 'succeeded');
    for (const rows of await rowsIn(original)) expect(rows).toMatchObject(complete());

    const held = await rowsIn(copy);
    for (const { lines, distinct, foreign, broken } of held) {
      expect([lines - distinct, foreign, broken]).toEqual([0, 0, 0]);
      expect(lines).toBeGreaterThan(0);
      expect(lines).toBeLessThan(ROWS);
    }

    const restored = await start(copy);
    try {
      expect(await ingestionsOf(restored)).toEqual(ingestions);
      const restoredApi = clientOf(copy);
      for (const job of jobs) await restoredApi.jobIn(job, 'succeeded');
      for (const rows of await rowsIn(copy)) expect(rows).toMatchObject(complete());
      const restoredReader = new EventReader(restored);
      for (const connection of connections) await restoredReader.seen('run.succeeded', connection);
      const { events } = restoredReader;
      expect(events.slice(0, before.length).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
      expect(disorderOf(events)).toEqual([]);
    } finally {
      expect(await restored.kill('SIGTERM')).toBe(0);
    }
  }, 240_000);

  it('is not begun over a folder that exists', () => {
    expect(backUp(original, original)).toEqual({
      status: 1,
      output: `${original} exists. Specify a new folder.\n`,
    });
  });

  it('leaves nothing where it cannot be completed', () => {
    const inside = join(original, 'local', 'copy');
    const { status, output } = backUp(original, inside);
    expect([status, output]).toEqual([1, expect.stringContaining('is inside of DATA_DIR')]);
    expect(existsSync(inside)).toBe(false);
  });
});

function complete(): Partial<CountedRows> {
  return { lines: ROWS, distinct: ROWS, foreign: 0, broken: 0 };
}
