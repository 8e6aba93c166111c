import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registerDoubles } from './doubles';
import { EmbeddedUnderTest, type EmbeddedClient } from './embedded-kit';
import { SAMPLE_WORKSPACE_ID } from '../../src/embedded/samples/ids';

/** Number of rows in `/local/rows.csv`. */
export const ROWS = 60_000;

/** An embedded Airbyte with connectors that misbehave, short waits and a file to read. */
export class SyncBench {
  api: EmbeddedClient;

  private constructor(readonly embedded: EmbeddedUnderTest) {
    this.api = embedded.client;
  }

  static async start(): Promise<SyncBench> {
    const tuning = { retryDelayMs: 20, graceMs: 2000, silenceMs: 4000, stateWaitMs: 1000 };
    const embedded = await EmbeddedUnderTest.start(registerDoubles, tuning);
    const rows = Array.from({ length: ROWS }, (_, id) => `${id},row ${id}`).join('\n');
    embedded.writeLocal('rows.csv', `id,text\n${rows}\n`);
    return new SyncBench(embedded);
  }

  async source(type: string, name: string, url = '/local/rows.csv', format = 'csv'): Promise<string> {
    const configuration = {
      sourceType: type,
      dataset_name: name,
      format,
      url,
      provider: { storage: 'local' },
      // The doubles take it; the real source refuses what it does not know.
      ...(type === 'file' ? {} : { password: 'hunter2hunter2' }),
    };
    const { body } = await this.api.post('/sources', {
      name,
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration,
    });
    return String(body['sourceId']);
  }

  async destination(type: string, path: string): Promise<string> {
    const configuration = { destinationType: type, destination_path: path };
    const { body } = await this.api.post('/destinations', {
      name: path,
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration,
    });
    return String(body['destinationId']);
  }

  /** The ids in a file that local-json wrote. */
  idsIn(path: string): number[] {
    return this.embedded.readOutput(path).map((data) => Number((data as { id: string }).id));
  }

  /** Number of commands to read or write that a double has received. */
  runsOf(type: string): number {
    return readFileSync(join(this.embedded.dataDir, `${type}.runs`), 'utf8').length;
  }

  /** Connector processes that run. */
  leftOverProcesses(): string[] {
    return readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.embedded.dataDir);
      } catch {
        // It ended while it was looked at.
        return false;
      }
    });
  }
}

/** A connection's one stream and how it is synced. */
export function mode(name: string, syncMode: string): Record<string, unknown> {
  return { configurations: { streams: [{ name, syncMode }] } };
}
