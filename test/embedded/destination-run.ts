import { join } from 'node:path';
import { Readable, Writable, type WritableOptions } from 'node:stream';
import { LOCAL_ROOT_VARIABLE } from '../../src/embedded/protocol/local-root';
import { ConnectorError, type DestinationConnector } from '../../src/embedded/protocol/connector';
import { MessageWriter } from '../../src/embedded/protocol/message-writer';
import { parseConfiguredCatalog, type ConfiguredStream } from '../../src/embedded/protocol/messages';
import { configured, ConnectorFolder, script } from './connector-kit';

export interface Failure {
  readonly type: string;
  readonly message: string;
}

/** Runs a destination within the process of the test. */
export class DestinationRun {
  readonly folder = new ConnectorFolder();
  readonly local = join(this.folder.path, 'local');

  constructor(
    private readonly destination: DestinationConnector,
    private readonly path: string,
  ) {}

  /** Writes records to a stream, each an object or its JSON text, and returns the failure or null. */
  write(
    name: string,
    mode: string,
    records: readonly (object | string)[],
    more: object = {},
    complete = true,
  ): Promise<Failure | null> {
    const lines = records.map((data) => (typeof data === 'string' ? data : JSON.stringify(data)));
    const input = lines.map(
      (data) =>
        `{"type":"RECORD","record":{"stream":${JSON.stringify(name)},"data":${data},"emitted_at":1}}\n`,
    );
    const streams = parseConfiguredCatalog({ streams: [configured(name, 'incremental', mode, more)] });
    return this.run(streams, input.join('') + script(name, [], complete));
  }

  /** Writes nothing to a stream with a name and a namespace, and completes it. */
  empty(stream: object, mode = 'overwrite'): Promise<Failure | null> {
    const schema = { json_schema: { properties: { id: {} } }, supported_sync_modes: ['full_refresh'] };
    const streams = parseConfiguredCatalog({
      streams: [{ ...configured('', 'full_refresh', mode), stream: { ...schema, ...stream } }],
    });
    const status = { stream_descriptor: stream, status: 'COMPLETE' };
    const trace = { type: 'STREAM_STATUS', emitted_at: 1, stream_status: status };
    return this.run(streams, `${JSON.stringify({ type: 'TRACE', trace })}\n`);
  }

  run(streams: readonly ConfiguredStream[], input: string | Buffer): Promise<Failure | null> {
    return this.failureOf(() =>
      this.destination.write({
        config: { destination_path: this.path },
        streams,
        input: Readable.from([Buffer.from(input)]),
        output: silentOutput(),
      }),
    );
  }

  /** The reason why a configuration does not work, or null. */
  async check(path: unknown, more: object = {}): Promise<string | null> {
    const config = { destination_path: path, ...more };
    const failure = await this.failureOf(() => this.destination.check(config, silentOutput()));
    return failure?.message ?? null;
  }

  private async failureOf(work: () => Promise<void>): Promise<Failure | null> {
    process.env[LOCAL_ROOT_VARIABLE] = this.local;
    try {
      await work();
      return null;
    } catch (error) {
      if (error instanceof ConnectorError) return { type: error.failureType, message: error.message };
      throw error;
    }
  }
}

function silentOutput(): MessageWriter {
  const write: WritableOptions['write'] = (_chunk, _encoding, done) => {
    done();
  };
  return new MessageWriter(new Writable({ write }));
}
