import { join } from 'node:path';
import { Readable, Writable, type WritableOptions } from 'node:stream';
import { DatabaseSync } from '@photostructure/sqlite';
import { sqliteDestination } from '../../src/embedded/connectors/destination-sqlite/destination';
import { LOCAL_ROOT_VARIABLE } from '../../src/embedded/connectors/local-root';
import { isObject, type JsonObject } from '../../src/embedded/json';
import { ConnectorError } from '../../src/embedded/protocol/connector';
import { MessageWriter } from '../../src/embedded/protocol/message-writer';
import { parseConfiguredCatalog, type ConfiguredStream } from '../../src/embedded/protocol/messages';
import { configured, ConnectorFolder, script } from './connector-kit';

interface Failure {
  readonly type: string;
  readonly message: string;
}

function silentOutput(): MessageWriter {
  const write: WritableOptions['write'] = (_chunk, _encoding, done) => {
    done();
  };
  return new MessageWriter(new Writable({ write }));
}

/** A SQLite file that the destination writes, within the process of the test. */
export class SqliteOutput {
  readonly folder = new ConnectorFolder();
  readonly path = join(this.folder.path, 'local/out.sqlite');

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

  run(streams: readonly ConfiguredStream[], input: string): Promise<Failure | null> {
    return this.failureOf(() =>
      sqliteDestination.write({
        config: { destination_path: '/local/out.sqlite' },
        streams,
        input: Readable.from([Buffer.from(input)]),
        output: silentOutput(),
      }),
    );
  }

  check(config: JsonObject): Promise<Failure | null> {
    return this.failureOf(() => sqliteDestination.check(config, silentOutput()));
  }

  private async failureOf(work: () => Promise<void>): Promise<Failure | null> {
    process.env[LOCAL_ROOT_VARIABLE] = join(this.folder.path, 'local');
    try {
      await work();
      return null;
    } catch (error) {
      if (error instanceof ConnectorError) return { type: error.failureType, message: error.message };
      throw error;
    }
  }

  query(sql: string): Record<string, unknown>[] {
    return this.withDatabase((db) => {
      const statement = db.prepare(sql);
      statement.setReadBigInts(true);
      const found: unknown[] = statement.all();
      return found.map((row) => (isObject(row) ? { ...row } : {}));
    });
  }

  exec(sql: string): void {
    this.withDatabase((db) => {
      db.exec(sql);
    });
  }

  private withDatabase<T>(work: (db: InstanceType<typeof DatabaseSync>) => T): T {
    const db = new DatabaseSync(this.path);
    try {
      return work(db);
    } finally {
      db.close();
    }
  }
}

/** A stream with properties, to put into a configured catalog. */
export function streamWith(name: string, properties: Readonly<Record<string, object>>): { stream: object } {
  return {
    stream: { name, json_schema: { type: 'object', properties }, supported_sync_modes: ['incremental'] },
  };
}
