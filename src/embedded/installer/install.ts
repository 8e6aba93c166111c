import { createHash, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, runCommand } from '../engine/command';
import type { ConnectorDefinition } from '../engine/definitions';
import { specificationPath, type InstalledConnector } from '../engine/installed-connectors';
import { objectAt, type JsonObject } from '../platform/json';
import { writeFileAtomic } from '../platform/regular-file';
import type { ActorKind } from '../store/actors';
import type { ConnectorsFolder } from './connectors-folder';
import { InstallError } from './install-error';
import type { ProgramContext, Python } from './python';
import { PythonEnvironment, type InstalledPackage } from './python-environment';
import type { Requirement } from './requirement';

/** Importing a connector for the first time compiles hundreds of modules. */
const SPEC_TIMEOUT_MS = 5 * 60_000;
const SCRIPT = /^(source|destination)-([a-z0-9][a-z0-9-]*)$/;

/** Choices of the user, each null if not made. */
export interface InstallChoices {
  readonly type: string | null;
  readonly definitionId: string | null;
}

/** The parts of an installation. */
export interface Installation {
  readonly folder: ConnectorsFolder;
  readonly python: Python;
  readonly context: ProgramContext;
  /** The connectors that are known already, without installed ones. */
  readonly others: readonly ConnectorDefinition[];
  readonly report: (line: string) => void;
}

/**
 * Installs a package into an environment of its own, reads its specification and registers it. Until then the engine knows
 * the older version or none.
 * @throws InstallError
 */
export async function install(
  requirement: Requirement,
  choices: InstallChoices,
  { folder, python, context, others, report }: Installation,
): Promise<InstalledConnector> {
  const name = `${requirement.package}-${randomUUID().slice(0, 8)}`;
  const path = folder.pathOf(name);
  try {
    const environment = new PythonEnvironment(path, python, context);
    report(`Making an environment of Python ${python.version} in ${path}.`);
    await environment.create();
    report(`Installing ${requirement.package} from Python's package index. This can take some minutes.`);
    const installed = await environment.install(requirement);
    const { kind, script, shortName } = connectorIn(requirement.package, installed);
    const command = PythonEnvironment.commandOf(script);
    report(`Reading the specification of ${script} ${installed.version}.`);
    const specification = await readSpecification(path, command, context.signal);
    writeFileAtomic(specificationPath(path), JSON.stringify(specification), 0o600);
    const previous = folder.installed().find((other) => other.package === requirement.package);
    const connector: InstalledConnector = {
      ...{ package: requirement.package, version: installed.version, kind },
      type:
        choices.type ??
        previous?.type ??
        freeType(kind, [shortName, requirement.package], [...others, ...folder.installed()]),
      definitionId: choices.definitionId ?? previous?.definitionId ?? idOf(requirement.package),
      ...{ folder: name, command, python: python.version },
    };
    assertFree(connector, others, folder.installed());
    if (context.signal.aborted)
      throw new InstallError('The command was interrupted. Nothing was registered.');
    folder.register(connector);
    return connector;
  } catch (error) {
    rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

function connectorIn(
  name: string,
  { scripts }: InstalledPackage,
): { kind: ActorKind; script: string; shortName: string } {
  const found = scripts.flatMap((script) => {
    const [, kind, shortName] = SCRIPT.exec(script) ?? [];
    if (shortName === undefined) return [];
    return [{ kind: kind === 'source' ? ('source' as const) : ('destination' as const), script, shortName }];
  });
  const [first, ...more] = found;
  const chosen = more.length === 0 ? first : found.find(({ script }) => `airbyte-${script}` === name);
  if (chosen !== undefined) return chosen;
  throw new InstallError(
    first === undefined
      ? `${name} is not a connector: it has no program whose name begins with source- or destination-${scripts.length === 0 ? '' : ` (it has: ${scripts.slice(0, 10).join(', ')})`}. A command of your own can be a connector through connectors.json.`
      : `${name} has several connectors: ${found.map(({ script }) => script).join(', ')}. Name the command of one in connectors.json.`,
  );
}

async function readSpecification(
  path: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<JsonObject> {
  try {
    const { message } = await runCommand(
      { scratchRoot: join(path, 'scratch'), localRoot: path },
      {
        command: command.map((part) => join(path, part)),
        name: 'spec',
        config: null,
        timeoutMs: SPEC_TIMEOUT_MS,
        redact: (text) => text,
        onConfiguration: () => undefined,
        signal,
      },
    );
    const specification = objectAt(message, 'spec');
    if (specification !== undefined && objectAt(specification, 'connectionSpecification') !== undefined)
      return specification;
    throw new InstallError('The answer of the connector to spec has no connectionSpecification.');
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new InstallError(`The specification of the connector cannot be read. ${error.message}`);
  }
}

/** The first name that no connector of the kind has. */
function freeType(
  kind: ActorKind,
  names: readonly [string, ...string[]],
  others: readonly Pick<ConnectorDefinition, 'kind' | 'type'>[],
): string {
  const taken = new Set(others.filter((other) => other.kind === kind).map(({ type }) => type));
  return names.find((name) => !taken.has(name)) ?? names[0];
}

function assertFree(
  connector: InstalledConnector,
  others: readonly ConnectorDefinition[],
  installed: readonly InstalledConnector[],
): void {
  const { kind, type, definitionId } = connector;
  const rest = installed
    .filter((other) => other.package !== connector.package)
    .map((other) => ({ kind: other.kind, type: other.type, id: other.definitionId }));
  const all = [...others, ...rest];
  if (all.some((other) => other.kind === kind && other.type === type))
    throw new InstallError(`Another ${kind} connector has the type ${type}. Choose another one with --type.`);
  if (all.some(({ id }) => id === definitionId))
    throw new InstallError(
      `Another connector has the definition id ${definitionId}. Choose another one with --definition-id.`,
    );
}

/** A UUID of version 5 (RFC 9562) of the page of the package, so that it is the same in every data directory. */
function idOf(name: string): string {
  const namespaceOfUrls = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');
  const hash = createHash('sha1')
    .update(namespaceOfUrls)
    .update(`https://pypi.org/project/${name}/`)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
