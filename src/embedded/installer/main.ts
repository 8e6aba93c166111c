// npm run connectors: installs connectors of Python's package index for the embedded Airbyte.
import { join, resolve } from 'node:path';
import { inheritedEnvironment } from '../engine/connector-process';
import { BUILT_IN } from '../engine/definitions';
import { readInstalled, type InstalledConnector } from '../engine/installed-connectors';
import { readOwn } from '../engine/registry';
import { EmbeddedStartError } from '../platform/start-error';
import { HELP, parseArguments, type AddCommand } from './arguments';
import { ConnectorsFolder } from './connectors-folder';
import { install } from './install';
import { InstallError } from './install-error';
import { findPython } from './python';

async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const command = parseArguments(args);
  const dataDir = resolve(process.env['DATA_DIR'] ?? './data');
  if (command.name === 'help') print(HELP);
  else if (command.name === 'list') list(readInstalled(dataDir), dataDir);
  else {
    const folder = ConnectorsFolder.open(dataDir, new Date());
    try {
      if (command.name === 'remove') remove(folder, command.requirement.package);
      else await add(command, { folder, dataDir, signal });
    } finally {
      folder.close();
    }
  }
}

function list(installed: readonly InstalledConnector[], dataDir: string): void {
  if (installed.length === 0) print(`No connector is installed in ${dataDir}.`);
  for (const { package: name, version, kind, type, definitionId, python } of installed)
    print(`${name} ${version}: ${kind} ${type}, definition ${definitionId}, Python ${python}`);
}

function remove(folder: ConnectorsFolder, name: string): void {
  if (!folder.unregister(name))
    throw new InstallError(`${name} is not installed. \`npm run connectors -- list\` shows what is.`);
  print(`Removed ${name}.`);
}

async function add(
  { name, requirement, python: wanted, type, definitionId }: AddCommand,
  { folder, dataDir, signal }: { folder: ConnectorsFolder; dataDir: string; signal: AbortSignal },
): Promise<void> {
  const previous = folder.installed().find((other) => other.package === requirement.package);
  if (name === 'upgrade' && previous === undefined)
    throw new InstallError(`${requirement.package} is not installed. Send: install ${requirement.package}`);
  const context = { env: environment(), signal };
  const python = await findPython(wanted, context);
  // An installation without a version repairs: it keeps the version that is pinned.
  const version = requirement.version ?? (name === 'install' ? (previous?.version ?? null) : null);
  const runtimeDirs = { scratchRoot: join(dataDir, 'scratch'), localRoot: join(dataDir, 'local') };
  const others = [...readOwn(dataDir, runtimeDirs), ...BUILT_IN];
  const installation = { folder, python, context, others, report: print };
  const added = await install({ ...requirement, version }, { type, definitionId }, installation);
  const replaced = previous === undefined ? '' : ` in place of ${previous.version}`;
  print(`Installed ${added.package} ${added.version}${replaced}: ${added.kind} connector ${added.type}.`);
  print(`Its definition id is ${added.definitionId}.`);
}

/** As connectors get it, with the settings of pip, which may name another index. */
function environment(): Record<string, string> {
  return inheritedEnvironment(/^PIP_/);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    interruption.abort();
  });

main(process.argv.slice(2), interruption.signal).then(
  () => undefined,
  (error: unknown) => {
    const isFault = !(error instanceof InstallError || error instanceof EmbeddedStartError);
    const text =
      error instanceof Error ? ((isFault ? error.stack : undefined) ?? error.message) : String(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = 1;
  },
);
