import 'reflect-metadata';
import { parseSettings } from './config/settings';
import { mappedStack } from './lib/mapped-stack';
import { holdBuild } from './running-build';
import { start } from './start';
import { closeOnSignal } from './stop';
import { welcome } from './welcome';

/** Faults that the operator mends; their message says how, and a stack would only hide it. */
const OPERATOR_FAULTS = [
  'SettingsError',
  'AddressError',
  'DataDirError',
  'DataDirInUseError',
  'NewerStateError',
  'RegistryError',
  'VaultError',
];

async function main(): Promise<void> {
  holdBuild(__dirname);
  const gateway = await start(parseSettings(process.env));
  closeOnSignal(gateway);
  process.stdout.write(welcome(gateway));
}

main().catch((error: unknown) => {
  process.stderr.write(`${describe(error)}\n`);
  process.exit(1);
});

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isOfTheSystem = 'syscall' in error;
  return OPERATOR_FAULTS.includes(error.name) || isOfTheSystem
    ? error.message
    : mappedStack(error.stack ?? error.message);
}
