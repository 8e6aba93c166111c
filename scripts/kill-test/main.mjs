// Kills the engine, a connector or, in every other round, the whole gateway with SIGKILL at random moments until a sync ends, and counts the rows.
//   npm run test:kill -- [--rounds 8] [--rows 1000000] [--seed 1] [--kills 3]
// Every seed stands for one round and is printed, so a failure can be run again. Exits with 1 when a row is lost,
// when one comes twice in a mode that must not repeat, or when appending repeats more than a checkpoint per kill. Doubles
// that lose rows and that repeat too many must be caught. Where there is no Postgres server, its rounds are not run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runDoubleRound, runForgetfulRound } from './double.mjs';
import { hasPostgres, PostgresServer } from '../postgres-test/server.mjs';
import { runRound, settingOf, writeInput } from './round.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '8' },
    rows: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '3' },
  },
});
const settings = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
const folder = mkdtempSync(join(tmpdir(), 'kill-test-'));
const postgres = hasPostgres() ? await PostgresServer.start() : null;
let failures = 0;
try {
  writeInput(join(folder, 'input.csv'), settings.rows);
  for (let seed = settings.seed; seed < settings.seed + settings.rounds; seed++) {
    const { scenario } = settingOf(seed);
    if (scenario.prepare !== undefined && postgres === null) {
      console.log(`not run: seed ${seed}, ${scenario.name}: there is no Postgres server`);
      continue;
    }
    const { line, ok } = await runRound({ ...settings, seed, folder, postgres });
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${line}`);
    failures += ok ? 0 : 1;
  }
  for (const run of [runDoubleRound, runForgetfulRound]) {
    const { line, ok } = await run({ rows: settings.rows, folder });
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${line}`);
    failures += ok ? 0 : 1;
  }
} finally {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(failures === 0 ? 'no row lost' : `${failures} rounds failed`);
process.exitCode = failures === 0 ? 0 : 1;
