import 'reflect-metadata';
import { install as mapStackTraces } from 'source-map-support';
import { parseSettings } from './config/settings';
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

// Stacks name src/**/*.ts. Unlike Node's own --enable-source-maps it reads the maps when the first error is told, not at
// every start.
mapStackTraces({ environment: 'node', handleUncaughtExceptions: false });

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
    : (error.stack ?? error.message);
}
