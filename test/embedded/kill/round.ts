import { linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringAt, type JsonObject } from '../../../src/embedded/platform/json';
import { SAMPLE_WORKSPACE_ID } from '../../../src/embedded/samples/ids';
import { randomFrom } from '../../support/random';
import { repeatsOf, type CountedRows } from './counted-rows';
import { readProcess, type EngineProcess } from './engine-process';
import { startEngine, startGateway, type Host } from './gateway-host';
import { preparePostgres, SCENARIOS, type Scenario, type World } from './scenarios';

/** A process that a round kills. */
export type Victim = 'host' | 'read' | 'write';

const VICTIMS: readonly Victim[] = ['host', 'read', 'write'];

/** Writes a CSV file whose first column counts its rows from 0. */
export function writeInput(path: string, rows: number): void {
  const fd = openSync(path, 'w');
  writeSync(fd, 'id,name,amount,note\n');
  for (let from = 0; from < rows; from += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, rows - from) }, (_, index) => {
      const id = from + index;
      return `${id},name ${id % 977},${(id * 7) % 1000}.${id % 100},"note ""${id}"", with a comma"`;
    });
    writeSync(fd, `${lines.join('\n')}\n`);
  }
  closeSync(fd);
}

/** The scenario of a seed, and whether the engine runs inside of the gateway: each scenario comes in both ways. */
export function scenarioOf(seed: number): { scenario: Scenario; inGateway: boolean } {
  const scenario = SCENARIOS[seed % SCENARIOS.length];
  if (scenario === undefined) throw new Error('There is no scenario.');
  return { scenario, inGateway: seed % 2 === 0 };
}

/** A sync that was killed several times, and the rows that it left. */
export interface Outcome {
  readonly status: unknown;
  readonly rowsSynced: unknown;
  readonly victims: readonly Victim[];
  readonly counted: CountedRows;
  /** Processes that outlived the engine. */
  readonly leftOver: readonly string[];
}

/** Runs one sync and kills processes at moments that the seed determines. */
export async function runRound(seed: number, kills: number, world: World, log: string[]): Promise<Outcome> {
  const random = randomFrom(seed * 7919);
  const { scenario, inGateway } = scenarioOf(seed);
  if (scenario.needsPostgres === true) preparePostgres(world);
  const start = inGateway ? startGateway : startEngine;
  let host = await start(world.dataDir, log);
  const jobId = await host.sync(await connect(host, scenario, world));
  const victims: Victim[] = [];
  try {
    for (;;) {
      const job = await host.engine.job(jobId);
      if (hasEnded(job)) {
        await host.engine.kill('SIGTERM');
        const leftOver = processesOf(world.dataDir);
        const { status, rowsSynced } = job;
        return { status, rowsSynced, victims, counted: await scenario.count(world), leftOver };
      }
      // About as long as all rows take when nothing is killed.
      await pause(victims.length < kills ? (random() * world.rows) / 500 : 200);
      const victim = VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'host';
      if (victims.length < kills && (await kill(host.engine, victim))) victims.push(victim);
      if (!host.engine.isAlive) host = await start(world.dataDir, log);
    }
  } finally {
    await host.engine.kill();
  }
}

/** Makes a data directory with the input and returns its path. */
export function makeDataDir(folder: string, name: string, connectors: readonly JsonObject[] = []): string {
  const dataDir = join(folder, name);
  mkdirSync(join(dataDir, 'local'), { recursive: true });
  linkSync(join(folder, 'input.csv'), join(dataDir, 'local', 'input.csv'));
  if (connectors.length > 0) writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors }));
  return dataDir;
}

/** Makes source, destination and connection, and returns the id of the connection. */
export async function connect(
  host: Host,
  { source, destination, stream }: Scenario,
  world: World,
): Promise<string> {
  const make = async (path: string, id: string, name: string, configuration: JsonObject): Promise<string> => {
    const { body } = await host.engine.client.post(path, {
      name,
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration,
    });
    return stringAt(body, id) ?? JSON.stringify(body);
  };
  const sourceId = await make('/sources', 'sourceId', 'input', source(world));
  const destinationId = await make('/destinations', 'destinationId', 'out', destination(world));
  return host.connect(sourceId, destinationId, [stream]);
}

export function hasEnded({ status }: JsonObject): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

/** The rows that a sync promises, with those that were found, for one comparison. */
export function foundRows(
  scenario: Scenario,
  { victims, counted }: Pick<Outcome, 'victims' | 'counted'>,
): {
  distinct: number;
  foreign: number;
  broken: number;
  unevenCheckpoints: number;
  excessRepeats: number;
} {
  const { lines, distinct, foreign, broken } = counted;
  const rest = { distinct, foreign, broken };
  // Only modes that append may repeat rows.
  if (scenario.checkpointRows === undefined)
    return { ...rest, unevenCheckpoints: 0, excessRepeats: lines - distinct };
  const { repeated, uneven } = repeatsOf(counted.times, scenario.checkpointRows);
  // A killed source repeats nothing: the destination still gives back the states that it stored.
  const allowed = victims.filter((victim) => victim !== 'read').length;
  return { ...rest, unevenCheckpoints: uneven, excessRepeats: Math.max(0, repeated - allowed) };
}

async function kill(engine: EngineProcess, victim: Victim): Promise<boolean> {
  if (victim === 'host') {
    await engine.kill();
    return true;
  }
  const [pid] = engine.connectors(victim);
  if (pid === undefined) return false;
  try {
    return process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Processes whose command line names the data directory. */
function processesOf(dataDir: string): string[] {
  return readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && readProcess(pid, 'cmdline').includes(`${dataDir}/`),
  );
}
