import { readFileSync } from 'node:fs';
import { isObject, objectAt, parseObject, type JsonObject } from '../platform/json';
import { messageOf } from '../platform/system-error';
import { MessageWriter } from './message-writer';
import { parseConfiguredCatalog, type ConfiguredStream } from './messages';
import { refuseUnknownMembers } from './specification';

/** A failure whose kind Airbyte's protocol names; a `config_error` is the user's to mend. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';

  constructor(
    readonly failureType: 'config_error' | 'transient_error' | 'system_error',
    message: string,
  ) {
    super(message);
  }
}

/** A failure that the user has to fix. */
export function configError(message: string): ConnectorError {
  return new ConnectorError('config_error', message);
}

interface Connector {
  /** The SPEC message's `spec`. */
  readonly spec: JsonObject;
  /** Throws when the configuration does not work; what else is worth knowing goes to the output as LOG messages. */
  check(config: JsonObject, output: MessageWriter): Promise<void>;
}

/** A source as the protocol's commands see it. */
export interface SourceConnector extends Connector {
  /** The CATALOG message's `catalog`. */
  discover(config: JsonObject, output: MessageWriter): Promise<JsonObject>;
  read(input: {
    config: JsonObject;
    streams: readonly ConfiguredStream[];
    states: readonly JsonObject[];
    output: MessageWriter;
  }): Promise<void>;
}

/** A destination as the protocol's commands see it. */
export interface DestinationConnector extends Connector {
  write(input: {
    config: JsonObject;
    streams: readonly ConfiguredStream[];
    input: AsyncIterable<Buffer>;
    output: MessageWriter;
  }): Promise<void>;
}

/** Serves one command of a source from the process's arguments. */
export async function runSource(source: SourceConnector): Promise<void> {
  await run(source, async (command, options, output) => {
    if (command === 'discover') {
      await output.message({ type: 'CATALOG', catalog: await source.discover(readConfig(options), output) });
      return;
    }
    if (command !== 'read') throw new ConnectorError('system_error', `Unknown command ${command}`);
    const states = options['state'] === undefined ? [] : readStates(options['state']);
    await source.read({ config: readConfig(options), streams: readCatalog(options), states, output });
    await output.flush();
  });
}

/** Serves one command of a destination from the process's arguments. */
export async function runDestination(destination: DestinationConnector): Promise<void> {
  await run(destination, async (command, options, output) => {
    if (command !== 'write') throw new ConnectorError('system_error', `Unknown command ${command}`);
    await destination.write({
      config: readConfig(options),
      streams: readCatalog(options),
      input: process.stdin,
      output,
    });
    await output.flush();
  });
}

type Options = Readonly<Record<string, string>>;

async function run(
  connector: Connector,
  other: (command: string, options: Options, output: MessageWriter) => Promise<void>,
): Promise<void> {
  const output = new MessageWriter(process.stdout);
  // The reader went away: nobody is left to report to.
  process.stdout.on('error', () => process.exit(1));
  // A promise that is never settled ends the process too, and must not look like a success.
  process.exitCode = 1;
  const [command = '', ...rest] = process.argv.slice(2);
  try {
    const options = parseOptions(rest);
    if (command === 'spec') await output.message(specMessage(connector));
    else if (command === 'check') await output.message(await checkMessage(connector, options, output));
    else await other(command, options, output);
    process.exitCode = 0;
  } catch (error) {
    await reportFailure(output, error);
  }
}

/** Unknown members of a configuration are refused: one that is passed over is a misread configuration. */
function specMessage({ spec }: Connector): JsonObject {
  const connectionSpecification = refuseUnknownMembers(objectAt(spec, 'connectionSpecification') ?? {});
  return { type: 'SPEC', spec: { ...spec, connectionSpecification } };
}

async function checkMessage(
  connector: Connector,
  options: Options,
  output: MessageWriter,
): Promise<JsonObject> {
  try {
    await connector.check(readConfig(options), output);
    return { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } };
  } catch (error) {
    return { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: messageOf(error) } };
  }
}

async function reportFailure(output: MessageWriter, error: unknown): Promise<void> {
  const failureType = error instanceof ConnectorError ? error.failureType : 'system_error';
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  await output.message({
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: Date.now(),
      error: { message: messageOf(error), failure_type: failureType },
    },
  });
}

function parseOptions(args: readonly string[]): Options {
  const options: Record<string, string> = {};
  for (let index = 0; index < args.length; index += 2) {
    const [name = '', value] = args.slice(index, index + 2);
    if (!name.startsWith('--') || value === undefined)
      throw new ConnectorError('system_error', `Unexpected argument ${name}`);
    options[name.slice(2)] = value;
  }
  return options;
}

function readJson(path: string): unknown {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return value;
}

function readConfig(options: Options): JsonObject {
  const config = parseObject(readFileSync(options['config'] ?? '', 'utf8'));
  if (config === null) throw new ConnectorError('config_error', 'The configuration is no JSON object.');
  return config;
}

function readCatalog(options: Options): ConfiguredStream[] {
  const catalog = readJson(options['catalog'] ?? '');
  if (!isObject(catalog))
    throw new ConnectorError('system_error', 'The configured catalog is no JSON object.');
  return parseConfiguredCatalog(catalog);
}

function readStates(path: string): JsonObject[] {
  const states = readJson(path);
  if (!Array.isArray(states)) throw new ConnectorError('system_error', 'The state file holds no array.');
  return states.filter(isObject);
}
