import 'reflect-metadata';
import { parseSettings } from './config/settings';
import { StartError } from './config/start-error';
import { mappedStack } from './lib/mapped-stack';
import { reloadApiKeysOnSignal } from './reload';
import { holdBuild } from './running-build';
import { start } from './start';
import { closeOnSignal } from './stop';
import { logWelcome, writeWelcome } from './welcome';

async function main(): Promise<void> {
  holdBuild(__dirname);
  const settings = parseSettings(process.env);
  const gateway = await start(settings);
  if (settings.reloadsApiKeys) reloadApiKeysOnSignal(gateway, process.env);
  // A terminal that is closed sends SIGHUP.
  closeOnSignal(gateway, settings.reloadsApiKeys ? ['SIGTERM', 'SIGINT'] : ['SIGTERM', 'SIGINT', 'SIGHUP']);
  if (process.stdout.isTTY) writeWelcome(gateway);
  else logWelcome(gateway);
}

main().catch((error: unknown) => {
  process.stderr.write(`${describe(error)}\n`);
  process.exit(1);
});

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isSystemError = 'syscall' in error;
  return error instanceof StartError || isSystemError
    ? error.message
    : mappedStack(error.stack ?? error.message);
}
