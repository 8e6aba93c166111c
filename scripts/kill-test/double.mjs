import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EngineProcess } from './engine-process.mjs';
import { startSync } from './round.mjs';
import { SCENARIOS } from './scenarios.mjs';

const append = SCENARIOS.find(({ name }) => name.includes('append'));
const LOSSY = fileURLToPath(new URL('./lossy-destination.mjs', import.meta.url));

/** A destination that drops one record in 20,000 must not get away with it: otherwise the counts above prove nothing. */
export async function runDoubleRound({ folder }) {
  const dataDir = join(folder, 'double');
  mkdirSync(join(dataDir, 'local'), { recursive: true });
  linkSync(join(folder, 'input.csv'), join(dataDir, 'local', 'input.csv'));
  const double = {
    definitionId: 'lossy',
    kind: 'destination',
    type: 'lossy',
    command: [process.execPath, LOSSY],
  };
  writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors: [double] }));
  const log = [];
  const engine = await EngineProcess.start(dataDir, log);
  try {
    const jobId = await startSync(engine, {
      ...append,
      destination: () => ({ destinationType: 'lossy', destination_path: '/local/out' }),
    });
    for (;;) {
      const job = await engine.call('GET', `/jobs/${jobId}`);
      if (['succeeded', 'failed'].includes(job.status)) {
        const ok = job.status === 'failed' && /The destination counted \d+ records/.test(log.join(''));
        return {
          ok,
          line: `a destination that drops lines: job ${job.status}, ${ok ? 'caught by the guard' : 'NOT caught'}`,
        };
      }
      await sleep(200);
    }
  } finally {
    await engine.kill('SIGTERM');
    rmSync(dataDir, { recursive: true, force: true });
  }
}
