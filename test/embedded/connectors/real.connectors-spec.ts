import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JsonObject } from '../../../src/embedded/platform/json';
import { SAMPLE_WORKSPACE_ID } from '../../../src/embedded/samples/ids';
import { FakeService } from './fake-service';
import { RealConnectors } from './real-kit';

const run = promisify(execFile);
const TOKEN = 'a-token-of-the-service';
/** The package imports the last three without declaring them: a connector of its own repository brings them. */
const NPM_PACKAGES = [
  'faros-airbyte-cdk@0.23.19',
  'commander@9.5.0',
  'lodash@4.18.1',
  'faros-js-client@0.5.6',
];
const PROGRAMS = join(__dirname, 'programs');

/** Installs the packages of npm's registry. Returns their folder. */
async function installOfNpm(root: string): Promise<string> {
  const folder = join(root, 'npm');
  mkdirSync(folder);
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
  await run('npm', ['install', ...options, ...NPM_PACKAGES], { cwd: folder });
  return folder;
}

/** Connectors that others have made, as their registries have them. */
describe('real connectors', () => {
  const real = new RealConnectors();
  let service: FakeService;

  beforeAll(async () => {
    const [bin, npm] = await Promise.all([
      real.install('airbyte-source-faker==7.2.1'),
      installOfNpm(real.root),
    ]);
    service = await FakeService.start(TOKEN);
    await real.start([
      // The CDK's own runner of manifests, the program of airbyte-source-declarative-manifest too.
      ['source', 'manifest', [join(bin, 'python'), join(bin, 'source-declarative-manifest')]],
      ['source', 'faros-numbers', [process.execPath, join(PROGRAMS, 'faros-source.cjs'), npm]],
      ['destination', 'faros-lines', [process.execPath, join(PROGRAMS, 'faros-destination.cjs'), npm]],
    ]);
  });
  afterAll(async () => {
    await service.close();
    await real.remove();
  });

  const sqlite = (name: string): JsonObject => ({
    destinationType: 'sqlite',
    destination_path: `/local/${name}.sqlite`,
  });

  it('airbyte-source-faker 7.2.1, deduplicated, then only what is new', async () => {
    const source = { sourceType: 'airbyte-source-faker', count: 1500, always_updated: false };
    const id = await real.connect(source, sqlite('faker'), 'incremental_deduped_history');
    expect(await real.rowsOfSync(id)).toBe(100 + 1500 + 1500);
    expect(await real.rowsOfSync(id)).toBeLessThan(100 + 1500 + 1500);
  });

  it('a manifest with pages, a token and a rate limit, continued from its cursor', async () => {
    const source = {
      sourceType: 'manifest',
      __injected_declarative_manifest: service.manifest(),
      token: TOKEN,
    };
    const id = await real.connect(source, sqlite('items'), 'incremental_append');
    expect(await real.rowsOfSync(id)).toBe(25);
    // The row of the last day is read again: the cursor is inclusive.
    expect(await real.rowsOfSync(id)).toBe(1);
    const { status, body } = await real.embedded.client.post('/sources', {
      name: 'Wrong token',
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration: { ...source, token: 'another-token' },
    });
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('Unauthorized')]);
  });

  it('a source of faros-airbyte-cdk 0.23.19, continued from its compressed LEGACY state', async () => {
    const destination = { destinationType: 'local-json', destination_path: '/local/numbers' };
    const id = await real.connect({ sourceType: 'faros-numbers' }, destination, 'incremental_append');
    expect(await real.rowsOfSync(id)).toBe(40);
    expect(await real.rowsOfSync(id)).toBe(0);
  });

  it('a destination of faros-airbyte-cdk 0.23.19, which returns its states at the end', async () => {
    const file = join(real.root, 'faros.jsonl');
    const source = { sourceType: 'airbyte-source-faker', count: 50 };
    const id = await real.connect(source, { destinationType: 'faros-lines', file }, 'full_refresh_append', {
      prefix: 'my_',
    });
    expect(await real.rowsOfSync(id)).toBe(3 * 50);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(150);
  });
});
