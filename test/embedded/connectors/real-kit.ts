import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readInstalled } from '../../../src/embedded/engine/installed-connectors';
import { isObject, numberAt, type JsonObject } from '../../../src/embedded/platform/json';
import { SAMPLE_WORKSPACE_ID } from '../../../src/embedded/samples/ids';
import { until } from '../../support/until';
import { EmbeddedUnderTest } from '../embedded-kit';
import { INSTALLER } from './installer-kit';

const run = promisify(execFile);
const JOB_TIMEOUT_MS = 300_000;

/** A command that is used as a connector. */
export type Command = readonly [kind: string, type: string, command: readonly string[]];

/** An embedded Airbyte with connectors that others have made. */
export class RealConnectors {
  readonly root = mkdtempSync(join(tmpdir(), 'real-connectors-'));
  private readonly dataDir = join(this.root, 'data');
  private running: EmbeddedUnderTest | null = null;

  /** Installs a connector of Python's index. Returns the folder of its programs. */
  async install(requirement: string): Promise<string> {
    const env = { ...process.env, DATA_DIR: this.dataDir };
    await run(process.execPath, [INSTALLER, 'install', requirement], { env });
    const [name] = requirement.split('==');
    const folder = readInstalled(this.dataDir).find((one) => one.package === name)?.folder;
    return join(this.dataDir, 'connectors', folder ?? '', 'bin');
  }

  async start(commands: readonly Command[]): Promise<void> {
    const connectors = commands.map(([kind, type, command]) => ({ definitionId: type, kind, type, command }));
    writeFileSync(join(this.dataDir, 'connectors.json'), JSON.stringify({ connectors }));
    this.running = await EmbeddedUnderTest.over(this.dataDir);
  }

  async remove(): Promise<void> {
    await this.running?.stop();
    rmSync(this.root, { recursive: true, force: true });
  }

  get embedded(): EmbeddedUnderTest {
    if (this.running === null) throw new Error('the embedded Airbyte was not started');
    return this.running;
  }

  private async create(kind: 'source' | 'destination', configuration: JsonObject): Promise<string> {
    const { status, body } = await this.embedded.client.post(`/${kind}s`, {
      name: `A ${kind}`,
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration,
    });
    expect([status, body]).toEqual([200, expect.anything()]);
    return String(body[`${kind}Id`]);
  }

  /** Connects all streams of a source, in one mode. */
  async connect(source: JsonObject, destination: JsonObject, syncMode: string, more = {}): Promise<string> {
    const [sourceId, destinationId] = [
      await this.create('source', source),
      await this.create('destination', destination),
    ];
    const { body } = await this.embedded.client.get(
      `/streams?sourceId=${sourceId}&destinationId=${destinationId}`,
    );
    const items: unknown[] = Array.isArray(body['items']) ? body['items'] : [];
    const streams = items.filter(isObject).map(({ streamName: name }) => ({ name, syncMode }));
    expect(streams).not.toEqual([]);
    return this.embedded.client.connect(sourceId, destinationId, { configurations: { streams }, ...more });
  }

  /** Runs a sync and returns its rows. */
  async rowsOfSync(connectionId: string): Promise<number | undefined> {
    const jobId = await this.embedded.client.sync(connectionId);
    const job = await until(
      'the end of the sync',
      async () => {
        const { body } = await this.embedded.client.get(`/jobs/${jobId}`);
        return ['succeeded', 'failed', 'incomplete'].includes(String(body['status'])) ? body : null;
      },
      JOB_TIMEOUT_MS,
    );
    expect([job['status'], this.embedded.log.slice(-5)]).toEqual(['succeeded', expect.anything()]);
    return numberAt(job, 'rowsSynced');
  }
}
