import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInstalled } from '../../../src/embedded/engine/installed-connectors';
import { isObject, numberAt, parseObject, type JsonObject } from '../../../src/embedded/platform/json';
import { SAMPLE_WORKSPACE_ID } from '../../../src/embedded/samples/ids';
import { until } from '../../support/until';
import { EmbeddedUnderTest } from '../embedded-kit';
import { FakeService } from './fake-service';
import { runInstaller } from './installer-kit';

const JOB_TIMEOUT_MS = 300_000;
const TOKEN = 'a-token-of-the-service';
/** The package imports the last three without declaring them: a connector of its own repository brings them. */
const NPM_PACKAGES = [
  'faros-airbyte-cdk@0.23.19',
  'commander@9.5.0',
  'lodash@4.18.1',
  'faros-js-client@0.5.6',
];
const PROGRAMS = join(__dirname, 'programs');

/** Connectors that others have made, as their registries have them. */
describe('real connectors', () => {
  const root = mkdtempSync(join(tmpdir(), 'real-connectors-'));
  const dataDir = join(root, 'data');
  let embedded: EmbeddedUnderTest;
  let service: FakeService;

  beforeAll(async () => {
    for (const name of ['airbyte-source-faker==7.2.1', 'airbyte-source-hardcoded-records==0.0.48'])
      expect(runInstaller(dataDir, ['install', name])).toMatchObject({ status: 0 });
    const npm = join(root, 'npm');
    mkdirSync(npm);
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
    const { status, stderr } = spawnSync('npm', ['install', ...options, ...NPM_PACKAGES], {
      cwd: npm,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, expect.anything()]);
    const [faker] = readInstalled(dataDir);
    const bin = join(dataDir, 'connectors', faker?.folder ?? '', 'bin');
    const commands: [kind: string, type: string, command: string[]][] = [
      // The CDK's own runner of manifests, the program of airbyte-source-declarative-manifest too.
      ['source', 'manifest', [join(bin, 'python'), join(bin, 'source-declarative-manifest')]],
      ['destination', 'cdk-lines', [join(bin, 'python'), join(PROGRAMS, 'cdk_destination.py')]],
      ['source', 'faros-numbers', [process.execPath, join(PROGRAMS, 'faros-source.cjs'), npm]],
      ['destination', 'faros-lines', [process.execPath, join(PROGRAMS, 'faros-destination.cjs'), npm]],
    ];
    const connectors = commands.map(([kind, type, command]) => ({ definitionId: type, kind, type, command }));
    writeFileSync(join(dataDir, 'connectors.json'), JSON.stringify({ connectors }));
    service = await FakeService.start(TOKEN);
    embedded = await EmbeddedUnderTest.over(dataDir);
  });
  afterAll(async () => {
    await embedded.stop();
    await service.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function create(kind: 'source' | 'destination', configuration: JsonObject): Promise<string> {
    const { status, body } = await embedded.client.post(`/${kind}s`, {
      name: `A ${kind}`,
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration,
    });
    expect([status, body]).toEqual([200, expect.anything()]);
    return String(body[`${kind}Id`]);
  }

  /** Connects all streams of a source, in one mode. */
  async function connect(
    source: JsonObject,
    destination: JsonObject,
    syncMode: string,
    more = {},
  ): Promise<string> {
    const [sourceId, destinationId] = [
      await create('source', source),
      await create('destination', destination),
    ];
    const { body } = await embedded.client.get(
      `/streams?sourceId=${sourceId}&destinationId=${destinationId}`,
    );
    const items: unknown[] = Array.isArray(body['items']) ? body['items'] : [];
    const streams = items.filter(isObject).map(({ streamName: name }) => ({ name, syncMode }));
    expect(streams).not.toEqual([]);
    return embedded.client.connect(sourceId, destinationId, { configurations: { streams }, ...more });
  }

  /** Runs a sync and returns its rows. */
  async function rowsOfSync(connectionId: string): Promise<number | undefined> {
    const jobId = await embedded.client.sync(connectionId);
    const job = await until(
      'the end of the sync',
      async () => {
        const { body } = await embedded.client.get(`/jobs/${jobId}`);
        return ['succeeded', 'failed', 'incomplete'].includes(String(body['status'])) ? body : null;
      },
      JOB_TIMEOUT_MS,
    );
    expect([job['status'], embedded.log.slice(-5)]).toEqual(['succeeded', expect.anything()]);
    return numberAt(job, 'rowsSynced');
  }

  const sqlite = (name: string): JsonObject => ({
    destinationType: 'sqlite',
    destination_path: `/local/${name}.sqlite`,
  });

  it('airbyte-source-faker 7.2.1, deduplicated, then only what is new', async () => {
    const source = { sourceType: 'airbyte-source-faker', count: 1500, always_updated: false };
    const id = await connect(source, sqlite('faker'), 'incremental_deduped_history');
    expect(await rowsOfSync(id)).toBe(100 + 1500 + 1500);
    expect(await rowsOfSync(id)).toBeLessThan(100 + 1500 + 1500);
  });

  it('airbyte-source-hardcoded-records 0.0.48, to a destination that writes states anew', async () => {
    const folder = join(root, 'lines');
    mkdirSync(folder);
    const source = { sourceType: 'hardcoded-records', count: 700 };
    const destination = { destinationType: 'cdk-lines', folder };
    expect(await rowsOfSync(await connect(source, destination, 'full_refresh_append'))).toBe(2100);
    const lines = readFileSync(join(folder, 'lines.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map(parseObject).filter((row) => row !== null)).toHaveLength(2100);
  });

  it('a manifest with pages, a token and a rate limit, continued from its cursor', async () => {
    const source = {
      sourceType: 'manifest',
      __injected_declarative_manifest: service.manifest(),
      token: TOKEN,
    };
    const id = await connect(source, sqlite('items'), 'incremental_append');
    expect(await rowsOfSync(id)).toBe(25);
    // The row of the last day is read again: the cursor is inclusive.
    expect(await rowsOfSync(id)).toBe(1);
    const { status, body } = await embedded.client.post('/sources', {
      name: 'Wrong token',
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration: { ...source, token: 'another-token' },
    });
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('Unauthorized')]);
  });

  it('a source of faros-airbyte-cdk 0.23.19, continued from its compressed LEGACY state', async () => {
    const destination = { destinationType: 'local-json', destination_path: '/local/numbers' };
    const id = await connect({ sourceType: 'faros-numbers' }, destination, 'incremental_append');
    expect(await rowsOfSync(id)).toBe(40);
    expect(await rowsOfSync(id)).toBe(0);
  });

  it('a destination of faros-airbyte-cdk 0.23.19, which returns its states at the end', async () => {
    const file = join(root, 'faros.jsonl');
    const source = { sourceType: 'airbyte-source-faker', count: 50 };
    const id = await connect(source, { destinationType: 'faros-lines', file }, 'full_refresh_append', {
      prefix: 'my_',
    });
    expect(await rowsOfSync(id)).toBe(3 * 50);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(150);
  });
});
