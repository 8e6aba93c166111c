import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_WORKSPACE_ID } from '../../src/embedded/samples/ids';
import { EmbeddedUnderTest } from './embedded-kit';
import { ScriptedConnectors, type SourceScript } from './scripted-connectors';

export const MODES = ['full_refresh_overwrite', 'full_refresh_append', 'incremental_append'] as const;
export type Mode = (typeof MODES)[number];

/** An embedded Airbyte with scripted connectors. */
export class ScriptedBench {
  private paths = 0;

  private constructor(
    readonly embedded: EmbeddedUnderTest,
    readonly connectors: ScriptedConnectors,
  ) {}

  static async start(): Promise<ScriptedBench> {
    const connectors: ScriptedConnectors[] = [];
    const embedded = await EmbeddedUnderTest.start(
      (dataDir) => {
        connectors.push(new ScriptedConnectors(dataDir));
      },
      { retryDelayMs: 1, graceMs: 2000, silenceMs: 10_000, stateWaitMs: 300 },
    );
    const [first] = connectors;
    if (first === undefined) throw new Error('The data directory was not prepared.');
    return new ScriptedBench(embedded, first);
  }

  /** An unused path in the data directory. */
  newPath(name: string): string {
    return join(this.embedded.dataDir, `${name}-${this.paths++}`);
  }

  connect(
    modes: Record<string, Mode>,
    destination = 'numbers',
    more: object = {},
  ): Promise<ScriptedConnection> {
    return ScriptedConnection.open(this, modes, destination, more);
  }
}

export const SCRIPT_DEFAULTS = { kind: 'STREAM', checkpoint: 3, failAfter: [], failsForGood: false } as const;

/** A connection of the scripted source to a scripted destination. */
export class ScriptedConnection {
  private constructor(
    readonly id: string,
    readonly sourceId: string,
    readonly destinationId: string,
    private readonly bench: ScriptedBench,
    private readonly folder: string,
  ) {}

  static async open(
    bench: ScriptedBench,
    modes: Record<string, Mode>,
    destination: string,
    more: object,
  ): Promise<ScriptedConnection> {
    const { embedded, connectors } = bench;
    const folder = bench.newPath('numbers');
    mkdirSync(folder);
    const api = embedded.client;
    connectors.script({
      ...SCRIPT_DEFAULTS,
      rows: Object.fromEntries(Object.keys(modes).map((name) => [name, 0])),
    });
    const common = { name: 'scripted', workspaceId: SAMPLE_WORKSPACE_ID };
    const source = await api.post('/sources', {
      ...common,
      configuration: { sourceType: 'scripted', folder, token: 'first-token' },
    });
    const target = await api.post('/destinations', {
      ...common,
      configuration: { destinationType: destination, folder, ...more },
    });
    const sourceId = String(source.body['sourceId']);
    const destinationId = String(target.body['destinationId']);
    const id = await api.connect(sourceId, destinationId, configurations(modes));
    return new ScriptedConnection(id, sourceId, destinationId, bench, folder);
  }

  async change(modes: Record<string, Mode>): Promise<void> {
    const { status } = await this.bench.embedded.client.patch(
      `/connections/${this.id}`,
      configurations(modes),
    );
    if (status !== 200) throw new Error(`The connection was not changed: ${status}`);
  }

  async sync(script: Partial<SourceScript> & Pick<SourceScript, 'rows'>): Promise<string> {
    const { embedded, connectors } = this.bench;
    connectors.script({ ...SCRIPT_DEFAULTS, ...script });
    const api = embedded.client;
    const job = await api.jobIn(await api.sync(this.id), 'succeeded', 'failed');
    return String(job['status']);
  }

  ids(stream: string): number[] {
    const path = join(this.folder, `${stream}.ids`);
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8').split('\n').filter(Boolean).map(Number);
  }
}

function configurations(modes: Record<string, Mode>): { configurations: object } {
  return {
    configurations: { streams: Object.entries(modes).map(([name, syncMode]) => ({ name, syncMode })) },
  };
}
