import { readFileSync } from 'node:fs';
import { isObject, objectAt, parseObject, type JsonObject } from '../platform/json';
import { messageOf } from '../platform/system-error';
import { MessageWriter } from './message-writer';
import { parseConfiguredCatalog, type ConfiguredStream } from './messages';
import { refuseUnknownMembers } from './specification';

/** A failure with a type of Airbyte's protocol. The user has to fix a `config_error`. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';

  constructor(
    readonly failureType: 'config_error' | 'transient_error' | 'system_error',
    message: string,
    /** The stream that failed, if the message does not name it. */
    readonly stream: string | null = null,
  ) {
    super(message);
  }

  /** The same failure of a known stream. */
  ofStream(stream: string): ConnectorError {
    return new ConnectorError(this.failureType, this.message, stream);
  }
}

/** A failure that the user has to fix. */
export function configError(message: string): ConnectorError {
  return new ConnectorError('config_error', message);
}

interface Connector {
  /** The SPEC message's `spec`. */
  readonly spec: JsonObject;
  /** Throws if the configuration does not work. Warnings are written to the output as LOG messages. */
  check(config: JsonObject, output: MessageWriter): Promise<void>;
}

/** The commands of a source. */
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

/** The commands of a destination. */
export interface DestinationConnector extends Connector {
  write(input: {
    config: JsonObject;
    streams: readonly ConfiguredStream[];
    input: AsyncIterable<Buffer>;
    output: MessageWriter;
  }): Promise<void>;
}

/** Runs the command of a source that the process arguments name. */
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

/** Runs the command of a destination that the process arguments name. */
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
  // The engine closed the pipe, so nothing can be reported.
  process.stdout.on('error', () => process.exit(1));
  // The process also ends when a promise stays pending. That must not count as a success.
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

/** Unknown members of a configuration are rejected: they are often misspelt options. */
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
  const { failureType, stream } =
    error instanceof ConnectorError ? error : { failureType: 'system_error', stream: null };
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  await output.message({
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: Date.now(),
      error: {
        message: messageOf(error),
        failure_type: failureType,
        ...(stream === null ? {} : { stream_descriptor: { name: stream } }),
      },
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
  if (config === null) throw new ConnectorError('config_error', 'The configuration is not a JSON object.');
  return config;
}

function readCatalog(options: Options): ConfiguredStream[] {
  const catalog = readJson(options['catalog'] ?? '');
  if (!isObject(catalog))
    throw new ConnectorError('system_error', 'The configured catalog is not a JSON object.');
  return parseConfiguredCatalog(catalog);
}

function readStates(path: string): JsonObject[] {
  const states = readJson(path);
  if (!Array.isArray(states))
    throw new ConnectorError('system_error', 'The state file does not contain an array.');
  return states.filter(isObject);
}
