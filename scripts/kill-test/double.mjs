import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EngineProcess } from './engine-process.mjs';
import { connect, isAsPromised } from './round.mjs';
import { SCENARIOS } from './scenarios.mjs';

const append = SCENARIOS.find(({ name }) => name.includes('append'));
const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/** A destination that drops one record in 20,000 must not get away with it: otherwise the counts above prove nothing. */
export async function runDoubleRound({ folder }) {
  const round = new DoubleRound(folder, 'destination', 'lossy', './lossy-destination.mjs');
  try {
    const destination = () => ({ destinationType: 'lossy', destination_path: '/local/out' });
    await round.start({ ...append, destination });
    const { status } = await round.until((job) => ['succeeded', 'failed'].includes(job.status));
    const ok = status === 'failed' && /The destination counted \d+ records/.test(round.log.join(''));
    return {
      ok,
      line: `a destination that drops lines: job ${status}, ${ok ? 'caught by the guard' : 'NOT caught'}`,
    };
  } finally {
    await round.end();
  }
}

/** A source that begins anew after a crash repeats more than one checkpoint, and the count of them must say so. */
export async function runForgetfulRound({ folder, rows }) {
  const round = new DoubleRound(folder, 'source', 'forgetful', './forgetful-source.mjs');
  try {
    await round.start(
      { ...append, source: (world) => ({ ...append.source(world), sourceType: 'forgetful' }) },
      rows,
    );
    await round.until((job) => job.rowsSynced >= 2 * append.checkpointRows);
    await round.killEngine();
    const { status } = await round.until((job) => ['succeeded', 'failed'].includes(job.status));
    const counted = await append.count({ dataDir: round.dataDir, rows });
    const ok =
      status === 'succeeded' && !isAsPromised({ scenario: append, rows, victims: ['engine'], counted });
    const twice = counted.lines - counted.distinct;
    return {
      ok,
      line: `a source that begins anew: twice ${twice}, ${ok ? 'caught by the count' : 'NOT caught'}`,
    };
  } finally {
    await round.end();
  }
}

/** A sync with a connector that is not what it should be. */
class DoubleRound {
  constructor(folder, kind, type, script) {
    this.dataDir = join(folder, type);
    this.log = [];
    mkdirSync(join(this.dataDir, 'local'), { recursive: true });
    linkSync(join(folder, 'input.csv'), join(this.dataDir, 'local', 'input.csv'));
    const double = { definitionId: type, kind, type, command: [process.execPath, pathOf(script)] };
    writeFileSync(join(this.dataDir, 'connectors.json'), JSON.stringify({ connectors: [double] }));
  }

  async start(scenario, rows) {
    this.engine = await EngineProcess.start(this.dataDir, this.log);
    this.jobId = await this.engine.sync(await connect(this.engine, scenario, { rows }));
  }

  async killEngine() {
    await this.engine.kill();
    this.engine = await EngineProcess.start(this.dataDir, this.log);
  }

  async until(isSo) {
    for (;;) {
      const job = await this.engine.call('GET', `/jobs/${this.jobId}`);
      if (isSo(job)) return job;
      await sleep(50);
    }
  }

  async end() {
    await this.engine?.kill('SIGTERM');
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
