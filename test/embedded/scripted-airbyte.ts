import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrayAt, isObject, type JsonObject } from '../../src/embedded/platform/json';
import { SAMPLE_WORKSPACE_ID } from '../../src/embedded/samples/ids';
import { EmbeddedUnderTest, type EmbeddedClient } from './embedded-kit';
import { ScriptedConnectors, type SourceScript } from './scripted-connectors';

/** Two streams, with a state after every second row. */
const SCRIPT: SourceScript = {
  rows: { orders: 6, people: 3 },
  kind: 'STREAM',
  checkpoint: 2,
  failAfter: [],
  failsForGood: false,
};

/** The secret in the configuration of each scripted source. */
export const SECRET = 'hush-hush-hush';

/** An embedded Airbyte with scripted connectors. */
export class ScriptedAirbyte {
  private readonly folders = new Map<string, string>();

  private constructor(
    readonly embedded: EmbeddedUnderTest,
    private readonly scripted: ScriptedConnectors,
    public api: EmbeddedClient,
  ) {}

  static async start(): Promise<ScriptedAirbyte> {
    const made: ScriptedConnectors[] = [];
    const embedded = await EmbeddedUnderTest.start(
      (dataDir) => {
        made.push(new ScriptedConnectors(dataDir));
      },
      { retryDelayMs: 1 },
    );
    const [scripted] = made;
    if (scripted === undefined) throw new Error('no connectors');
    scripted.script(SCRIPT);
    return new ScriptedAirbyte(embedded, scripted, embedded.client);
  }

  async restart(): Promise<void> {
    await this.embedded.stop();
    this.api = await this.embedded.startAgain();
  }

  /** Moves the clock, and signs in again, since a token ends by the clock. */
  setClock(to: Date): void {
    this.embedded.setClock(to);
    this.api = this.embedded.client;
  }

  /** Behaviour of the source from now on, where it differs from {@link SCRIPT}. */
  script(script: Partial<SourceScript> = {}): void {
    this.scripted.script({ ...SCRIPT, ...script });
  }

  async createActor(kind: 'source' | 'destination', configuration: JsonObject): Promise<string> {
    const { body } = await this.api.post(`/${kind}s`, {
      name: kind,
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration,
    });
    if (typeof body[`${kind}Id`] !== 'string') throw new Error(`no ${kind}: ${JSON.stringify(body)}`);
    return String(body[`${kind}Id`]);
  }

  /** Connects a scripted source with a destination that keeps the rows of each stream in a file of a new folder. */
  async connect(syncMode = 'incremental_append', more: JsonObject = {}): Promise<string> {
    const folder = mkdtempSync(join(this.embedded.dataDir, 'numbers-'));
    const connectionId = await this.connectTo({ destinationType: 'numbers', folder }, syncMode, more);
    this.folders.set(connectionId, folder);
    return connectionId;
  }

  /** Connects a scripted source with any destination. */
  async connectTo(destination: JsonObject, syncMode: string, more: JsonObject = {}): Promise<string> {
    this.script();
    const source = await this.createActor('source', { sourceType: 'scripted', token: SECRET });
    const streams = Object.keys(SCRIPT.rows).map((name) => ({ name, syncMode }));
    return this.api.connect(source, await this.createActor('destination', destination), {
      configurations: { streams },
      ...more,
    });
  }

  /** The rows of a stream at the destination of a connection, in the order of their arrival. */
  rowsOf(connectionId: string, stream: string): number[] {
    const path = join(this.folders.get(connectionId) ?? '', `${stream}.ids`);
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
  }

  /** Runs a sync to its end and returns its job id. */
  async sync(connectionId: string, end: 'succeeded' | 'failed' = 'succeeded'): Promise<number> {
    const jobId = await this.api.sync(connectionId);
    await this.api.jobIn(jobId, end);
    return jobId;
  }

  /** The entries of `jobs/list` for the syncs of a connection. */
  async jobsOf(configId: string, more: JsonObject = {}): Promise<JsonObject[]> {
    const answer = await this.api.internal('/jobs/list', { configId, configTypes: ['sync'], ...more });
    if (answer.status !== 200) throw new Error(`no list: ${JSON.stringify(answer.body)}`);
    return objectsAt(answer.body, 'jobs');
  }

  remove(): Promise<void> {
    return this.embedded.remove();
  }
}

/** The objects of a list. */
export function objectsAt(object: JsonObject, name: string): JsonObject[] {
  return arrayAt(object, name).filter(isObject);
}
