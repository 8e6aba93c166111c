// npm run backup -- FOLDER [--wait-s 240]: copies DATA_DIR of a running gateway to a new folder.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BackupError } from './backup-error';
import { copyEmbedded } from './embedded-copy';
import { copyLiveDatabase } from './live-database';

/** Webhooks before the event logs, whose end they must not be ahead of. */
const LOGS = [/^webhooks-.*\.db$/, /^events-.*\.db$/];
/** Encrypts the secrets of webhooks. */
const WEBHOOKS_KEY = 'webhooks.key';

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { 'wait-s': { type: 'string', default: '240' } },
  });
  const [folder, ...rest] = positionals;
  if (folder === undefined || rest.length > 0)
    throw new BackupError('Specify a new folder: npm run backup -- /backups/1 [--wait-s 240]');
  const waitS = Number(values['wait-s']);
  if (!Number.isInteger(waitS) || waitS < 1 || waitS > 3600)
    throw new BackupError('--wait-s must be a number of seconds from 1 to 3600');
  const dataDir = resolve(process.env['DATA_DIR'] ?? './data');
  const target = resolve(folder);
  if (!existsSync(dataDir)) throw new BackupError(`DATA_DIR ${dataDir} does not exist.`);
  if (existsSync(target)) throw new BackupError(`${target} exists. Specify a new folder.`);
  // A folder with the final name is complete.
  const partial = join(dirname(target), `.${basename(target)}.partial-${process.pid}`);
  mkdirSync(partial, { mode: 0o700 });
  try {
    await backUp(dataDir, partial, waitS);
    renameSync(partial, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  process.stdout.write(`${dataDir} is copied to ${target}\n`);
}

/** Event logs first: what is missing in them is found again in the jobs, but not the other way round. */
async function backUp(dataDir: string, target: string, waitS: number): Promise<void> {
  const names = readdirSync(dataDir);
  const logs = LOGS.flatMap((log) => names.filter((name) => log.test(name)));
  for (const name of logs) {
    copyLiveDatabase(join(dataDir, name), join(target, name));
    chmodSync(join(target, name), 0o600);
  }
  if (names.includes(WEBHOOKS_KEY)) copyFileSync(join(dataDir, WEBHOOKS_KEY), join(target, WEBHOOKS_KEY));
  const accessFile = join(dataDir, 'api.json');
  if (existsSync(accessFile)) await copyEmbedded(accessFile, target, waitS);
  else if (logs.length === 0) throw new BackupError(`${dataDir} contains nothing of a gateway.`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isFault = error instanceof Error && !(error instanceof BackupError);
  process.stderr.write(
    `${isFault ? (error.stack ?? error.message) : error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
});
