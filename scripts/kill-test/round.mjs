import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineProcess } from './engine-process.mjs';
import { GatewayProcess } from './gateway-process.mjs';
import { repeatsOf } from './repeats.mjs';
import { SCENARIOS } from './scenarios.mjs';

const WORKSPACE = '18dccc91-0ab1-4f72-9ed7-0b8fc27c5826';
/** A CSV file whose first column counts its rows from 0. */
export function writeInput(path, rows) {
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

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function randomOf(seed) {
  let state = seed * 7919;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The scenario of a seed, and whether the engine runs inside of the gateway: each scenario comes in both ways. */
export function settingOf(seed) {
  return { scenario: SCENARIOS[seed % SCENARIOS.length], inGateway: seed % 2 === 0 };
}

/** One sync with kills at random moments, and what became of its rows. */
export async function runRound({ seed, rows, kills, folder, postgres }) {
  const random = randomOf(seed);
  const { scenario, inGateway } = settingOf(seed);
  const host = inGateway ? GatewayProcess : EngineProcess;
  const dataDir = join(folder, `round-${seed}`);
  mkdirSync(join(dataDir, 'local'), { recursive: true });
  linkSync(join(folder, 'input.csv'), join(dataDir, 'local', 'input.csv'));
  const world = { rows, dataDir, postgres };
  scenario.prepare?.(world);
  const log = [];
  let engine = await host.start(dataDir, log);
  const jobId = await engine.sync(await connect(engine, scenario, world));
  const victims = [];
  const started = Date.now();
  for (;;) {
    const job = await engine.call('GET', `/jobs/${jobId}`);
    if (['succeeded', 'failed', 'cancelled'].includes(job.status)) {
      await engine.kill('SIGTERM');
      const leftOver = processesOf(dataDir);
      const counted = await scenario.count(world);
      rmSync(dataDir, { recursive: true, force: true });
      const seconds = (Date.now() - started) / 1000;
      return verdict({ seed, scenario, inGateway, rows, victims, job, counted, leftOver, log, seconds });
    }
    if (victims.length < kills) {
      // About as long as all the rows take when nobody is killed.
      await sleep((random() * rows) / 500);
      const victim = [inGateway ? 'gateway' : 'engine', 'read', 'write'][Math.floor(random() * 3)];
      if (await kill(engine, victim)) victims.push(victim);
      if (!engine.isAlive) engine = await host.start(dataDir, log);
    } else await sleep(200);
  }
}

/** Makes source, destination and connection, and returns its id. */
export async function connect(engine, { source, destination, stream }, world) {
  const actor = (name, configuration) => ({ name, workspaceId: WORKSPACE, configuration });
  const { sourceId } = await engine.call('POST', '/sources', actor('input', source(world)));
  const { destinationId } = await engine.call('POST', '/destinations', actor('out', destination(world)));
  return engine.connect(sourceId, destinationId, [stream]);
}

async function kill(engine, victim) {
  if (victim === 'engine' || victim === 'gateway') {
    await engine.kill();
    return true;
  }
  const [pid] = engine.connectors(victim);
  if (pid === undefined) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

/** Connectors that outlived their engine and all that came after it. */
function processesOf(dataDir) {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${dataDir}/`);
    } catch {
      return false; // It ended while it was looked at.
    }
  });
}

function verdict({ seed, scenario, inGateway, rows, victims, job, counted, leftOver, log, seconds }) {
  const twice = counted.lines - counted.distinct;
  const ok =
    job.status === 'succeeded' &&
    job.rowsSynced === rows &&
    leftOver.length === 0 &&
    isAsPromised({ scenario, rows, victims, counted });
  const line =
    `seed ${seed}, ${scenario.name}${inGateway ? ', in the gateway' : ''}: killed ${victims.join(', ') || 'nobody'}; job ${job.status}, says ${job.rowsSynced} rows; ` +
    `input ${rows}, found ${counted.distinct}, lost ${rows - counted.distinct}, twice ${twice}, broken ${counted.broken}; ${leftOver.length === 0 ? '' : `processes left: ${leftOver.join(', ')}; `}${seconds.toFixed(1)} s`;
  return { ok, line: ok ? line : `${line}\n${log.join('')}` };
}

/**
 * Every row is there, and once; only what was appended may be there again, checkpoint by checkpoint, and one at most for
 * each kill of the engine or the destination. A source that is killed makes nothing come again: the destination
 * still says what it stored.
 */
export function isAsPromised({ scenario, rows, victims, counted }) {
  if (counted.distinct !== rows || counted.foreign > 0 || counted.broken > 0) return false;
  if (scenario.checkpointRows === undefined) return counted.lines === rows;
  const { again, uneven } = repeatsOf(counted.times, scenario.checkpointRows);
  return uneven === 0 && again <= victims.filter((victim) => victim !== 'read').length;
}
