/** Kills the engine, a connector or the whole gateway with SIGKILL at random moments, and counts the rows afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/embedded/platform/json';
import { hasPostgres, PostgresServer } from '../../postgres/server';
import { until } from '../../support/until';
import { BUILD, compileProgram } from '../program';
import { startEngine, type Host } from './gateway-host';
import { connect, foundRows, hasEnded, makeDataDir, runRound, scenarioOf, writeInput } from './round';
import { APPEND, type World } from './scenarios';
import { SETTINGS } from './settings';

const { rows, kills } = SETTINGS;
const WAIT_MS = 600_000;
const seeds = Array.from({ length: SETTINGS.rounds }, (_, index) => SETTINGS.firstSeed + index);
const runnable = seeds.filter((seed) => scenarioOf(seed).scenario.needsPostgres !== true || hasPostgres());
const folder = mkdtempSync(join(tmpdir(), 'kill-test-'));
let postgres: PostgresServer | null = null;
let log: string[];

beforeAll(async () => {
  if (runnable.length < seeds.length)
    process.stdout.write('Postgres is not installed: its rounds are not run.\n');
  if (hasPostgres()) postgres = await PostgresServer.start();
  writeInput(join(folder, 'input.csv'), rows);
});

afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  log = [];
});

describe('a sync whose processes are killed', () => {
  it.each(runnable.map((seed) => ({ seed, name: nameOf(seed) })))('loses no row: $name', async ({ seed }) => {
    const world: World = { rows, dataDir: makeDataDir(folder, `round-${seed}`), postgres };
    const { scenario } = scenarioOf(seed);
    const outcome = await runRound(seed, kills, world, log);
    const { status, rowsSynced, leftOver, victims, counted } = outcome;
    process.stdout.write(
      `${nameOf(seed)}: killed ${victims.join(', ') || 'none'}; rows found ${counted.distinct}, repeated ${counted.lines - counted.distinct}\n`,
    );
    const found = { status, rowsSynced, leftOver, rows: foundRows(scenario, outcome) };
    const expected = {
      status: 'succeeded',
      rowsSynced: rows,
      leftOver: [],
      rows: { distinct: rows, foreign: 0, broken: 0, unevenCheckpoints: 0, excessRepeats: 0 },
    };
    expect({ found, log: excerpt(found, expected) }).toEqual({ found: expected, log: '' });
    rmSync(world.dataDir, { recursive: true, force: true });
  });
});

describe('connectors that break a promise', () => {
  let host: Host;

  afterEach(async () => {
    await host.engine.kill('SIGTERM');
  });

  it('fail the sync when the destination drops records', async () => {
    const { world, type } = doubleOf('destination', 'lossy-destination', 'destination-local-json');
    host = await startEngine(world.dataDir, log);
    const destination = (): JsonObject => ({ destinationType: type, destination_path: '/local/out' });
    const jobId = await host.sync(await connect(host, { ...APPEND, destination }, world));
    const job = await until('the job to end', () => ended(jobId), WAIT_MS);
    expect(job['status']).toBe('failed');
    expect(log.join('')).toMatch(/The destination counted \d+ records/);
  });

  it('repeat more than one checkpoint when the source begins anew after a crash', async () => {
    const { world, type } = doubleOf('source', 'forgetful-source', 'source-file');
    host = await startEngine(world.dataDir, log);
    const source = (of: World): JsonObject => ({
      ...APPEND.source(of),
      sourceType: type,
    });
    const jobId = await host.sync(await connect(host, { ...APPEND, source }, world));
    await until(
      'two checkpoints',
      async () => Number((await host.engine.job(jobId))['rowsSynced']) >= 2 * APPEND.checkpointRows,
      WAIT_MS,
    );
    await host.engine.kill();
    host = await startEngine(world.dataDir, log);
    const job = await until('the job to end', () => ended(jobId), WAIT_MS);
    expect(job['status']).toBe('succeeded');
    const { excessRepeats } = foundRows(APPEND, { victims: ['host'], counted: await APPEND.count(world) });
    expect(excessRepeats).toBeGreaterThan(0);
  });

  async function ended(jobId: number): Promise<JsonObject | null> {
    const job = await host.engine.job(jobId);
    return hasEnded(job) ? job : null;
  }
});

function nameOf(seed: number): string {
  const { scenario, inGateway } = scenarioOf(seed);
  return `seed ${seed}, ${scenario.name}${inGateway ? ', in the gateway' : ''}`;
}

/** A connector of this project behind a program that breaks a promise. */
function doubleOf(
  kind: 'source' | 'destination',
  program: string,
  connector: string,
): { world: World; type: string } {
  const main = join(BUILD, 'embedded/connectors', connector, 'main.js');
  const path = compileProgram(join(__dirname, `programs/${program}.ts`), folder);
  const double = { definitionId: program, kind, type: program, command: [process.execPath, path, main] };
  return { world: { rows, dataDir: makeDataDir(folder, program, [double]), postgres: null }, type: program };
}

/** The engine's log, when the rows are not those that were promised. */
function excerpt(found: unknown, expected: unknown): string {
  return JSON.stringify(found) === JSON.stringify(expected) ? '' : log.join('');
}
