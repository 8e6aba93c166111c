import { once } from 'node:events';
import { dirname } from 'node:path';
import { until } from '../../support/until';
import { EmbeddedUnderTest } from '../embedded-kit';
import { SAMPLE_WORKSPACE_ID } from '../../../src/embedded/samples/ids';
import { LocalIndex } from './installer-kit';

const NAME = 'airbyte-source-little';

describe('npm run connectors', () => {
  const index = new LocalIndex();
  let embedded: EmbeddedUnderTest;

  beforeAll(async () => {
    index.add(NAME, '1.0.0', 'source-little');
    index.add(NAME, '1.1.0', 'source-little');
    index.add('airbyte-source-faker', '0.1.0', 'source-faker');
    index.add('airbyte-source-broken', '1.0.0', 'source-broken');
    index.add('airbyte-source-hanging', '1.0.0', 'source-hanging');
    index.add('plain-library', '1.0.0', '');
    embedded = await EmbeddedUnderTest.over(index.dataDir);
  });
  afterAll(async () => {
    await embedded.stop();
    index.remove();
  });

  /** What a sync of the connector writes: the version of the package that ran. */
  async function versionThatRuns(connectionId: string): Promise<unknown> {
    await embedded.client.jobIn(await embedded.client.sync(connectionId), 'succeeded');
    return embedded.readOutput('little/_airbyte_raw_rows.jsonl');
  }

  it('installs, pins, replaces, upgrades and removes a connector of a gateway that runs', async () => {
    const { client } = embedded;
    const installed = index.run(['install', `${NAME}==1.0.0`]);
    expect(installed).toEqual({
      status: 0,
      output: expect.stringContaining(`Installed ${NAME} 1.0.0: source connector little.`) as string,
    });
    expect(index.run(['list']).output).toMatch(
      /^airbyte-source-little 1\.0\.0: source little, definition [0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f-]{21}, Python 3\./,
    );
    const source = await client.post('/sources', {
      name: 'Little',
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration: { sourceType: 'little' },
    });
    expect(source.status).toBe(200);
    const destination = await client.post('/destinations', {
      name: 'Little',
      workspaceId: SAMPLE_WORKSPACE_ID,
      configuration: { destinationType: 'local-json', destination_path: '/local/little' },
    });
    const connectionId = await client.connect(
      String(source.body['sourceId']),
      String(destination.body['destinationId']),
    );
    expect(await versionThatRuns(connectionId)).toEqual([{ version: '1.0.0' }]);

    // Without a version, the pinned one is installed again.
    expect(index.run(['install', NAME]).output).toContain(`Installed ${NAME} 1.0.0 in place of 1.0.0`);
    expect(index.run(['upgrade', NAME]).output).toContain(`Installed ${NAME} 1.1.0 in place of 1.0.0`);
    expect(await versionThatRuns(connectionId)).toEqual([{ version: '1.1.0' }]);
    expect(index.environments()).toHaveLength(1);

    expect(index.run(['remove', NAME])).toEqual({ status: 0, output: `Removed ${NAME}.\n` });
    expect(index.environments()).toEqual([]);
    const jobId = await client.sync(connectionId);
    await client.jobIn(jobId, 'failed');
    expect(index.run(['remove', NAME])).toEqual({
      status: 1,
      output: expect.stringContaining(`${NAME} is not installed.`) as string,
    });
  });

  it('keeps the type of a built-in connector', () => {
    expect(index.run(['install', 'airbyte-source-faker']).output).toContain(
      'Installed airbyte-source-faker 0.1.0: source connector airbyte-source-faker.',
    );
    expect(index.run(['install', 'airbyte-source-faker', '--type', 'faker'])).toEqual({
      status: 1,
      output: expect.stringContaining('Another source connector has the type faker.') as string,
    });
    expect(index.run(['list']).output).toContain('airbyte-source-faker 0.1.0');
  });

  it.each<[string, string[], Record<string, string>, string]>([
    ['a path', ['install', './package'], {}, 'is not the name of a package'],
    ['an address', ['install', 'https://example.com/a.whl'], {}, 'is not the name of a package'],
    ['an option of pip', ['install', '-rlist'], {}, 'is not the name of a package'],
    ['another package at an address', ['install', 'a @ https://example.com/a.whl'], {}, 'is not the name of'],
    ['a range of versions', ['install', `${NAME}==>1`], {}, 'is not a version'],
    ['an unknown option', ['install', NAME, '--index-url', 'x'], {}, 'There is no option --index-url'],
    ['an unknown command', ['add', NAME], {}, 'There is no command "add"'],
    [
      'a package that does not exist',
      ['install', 'airbyte-source-none'],
      {},
      'has no package airbyte-source-none',
    ],
    ['a version that does not exist', ['install', `${NAME}==9`], {}, 'The newest are: 1.0.0, 1.1.0.'],
    ['a package without a connector', ['install', 'plain-library'], {}, 'plain-library is not a connector'],
    [
      'a connector whose spec fails',
      ['install', 'airbyte-source-broken'],
      {},
      'a module that this connector needs',
    ],
    [
      'a Python that does not exist',
      ['install', NAME, '--python', 'python9'],
      {},
      'python9 cannot be started',
    ],
    [
      'a Python that is none',
      ['install', NAME, '--python', process.execPath],
      {},
      'is not a Python that works',
    ],
    ['no Python', ['install', NAME], { PATH: dirname(process.execPath) + '/none' }, 'Python was not found'],
    [
      'an index that cannot be reached',
      ['install', NAME],
      { PIP_NO_INDEX: '0', PIP_FIND_LINKS: '', PIP_INDEX_URL: 'http://127.0.0.1:1/simple', PIP_RETRIES: '0' },
      "Python's package index cannot be reached",
    ],
  ])('refuses %s with the reason, and changes nothing', (_name, args, env, reason) => {
    const before = index.environments();
    expect(index.run(args, env)).toEqual({ status: 1, output: expect.stringContaining(reason) as string });
    expect(index.environments()).toEqual(before);
  });

  it.each(['SIGKILL', 'SIGINT'] as const)('leaves nothing half registered after %s', async (signal) => {
    const child = index.spawn(['install', 'airbyte-source-hanging']);
    const ended = once(child, 'close');
    await until('the connector to wait in spec', () => Promise.resolve(index.isWaiting()), 120_000);
    // Another command would remove the environment of this one.
    expect(index.run(['remove', NAME]).output).toContain('is changing the connectors since');
    child.kill(signal);
    await ended;
    expect(index.run(['list']).output).not.toContain('hanging');
    index.run(['remove', NAME]);
    expect(index.environments().filter((name) => name.includes('hanging'))).toEqual([]);
  });
});
