import { fault, hateoas, html, json } from '../../test/support/scripted-upstream';
import { clientBench } from '../../test/support/upstream-client';
import { attempt, FORMATTED_LOG, serveInternalApi } from '../../test/support/upstream-internal';
import { parseSettings } from '../config/settings';
import { examine, type Finding, lineOf } from './doctor';

const bench = clientBench();

async function findings(variables: Record<string, string> = {}): Promise<readonly Finding[]> {
  const { airbyte } = parseSettings({
    AIRBYTE_API_URL: bench.upstream.url,
    AIRBYTE_TIMEOUT_MS: '1000',
    ...variables,
  });
  const settings = { ...airbyte, apiUrl: airbyte.apiUrl ?? '' };
  const client = bench.clientWith(settings);
  const found: Finding[] = [];
  for await (const finding of examine(client, settings)) found.push(finding);
  return found;
}

const verdicts = (found: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(found.map(({ subject, verdict }) => [subject, verdict]));

const addRun = (): void => {
  const { connectionId } = bench.upstream.state.addConnection();
  bench.upstream.state.addJob({ connectionId, status: 'failed' });
  serveInternalApi(bench.upstream).jobs.set(1, { attempts: [attempt(0)], log: FORMATTED_LOG });
};

it('names everything that works, and changes nothing', async () => {
  addRun();
  const found = await findings();
  expect(verdicts(found)).toEqual({
    health: 'ok',
    'public API': 'ok',
    failureReasons: 'ok',
    attempts: 'ok',
    logs: 'ok',
    progress: 'ok',
    history: 'ok',
    refresh: 'unknown',
    clearStreams: 'unknown',
    pauseReasons: 'unknown',
    timeZones: 'ok',
    intervals: 'ok',
    connectorSchemas: 'unknown',
    connectorChecks: 'unknown',
    samples: 'unknown',
    streams: 'unknown',
    freshness: 'unknown',
    latency: 'ok',
    clock: 'ok',
  });
  const changes = bench.upstream.requests.filter(
    ({ method, operation }) =>
      method !== 'GET' &&
      !/^internal (jobs|attempt|connections\/(events|sync_progress)|web_backend\/describe)/.test(operation),
  );
  expect(changes).toEqual([]);
  expect(bench.upstream.count('GET /streams')).toBe(0);
});

it('says why something is off', async () => {
  addRun();
  bench.upstream.on('internal connections/events/list', () => json(404, { message: 'Not Found' }));
  bench.upstream.on('internal jobs/list', () => hateoas(403, 'Forbidden'));
  bench.upstream.on('internal connections/sync_progress', () => html(200));
  const found = await findings();
  expect(verdicts(found)).toMatchObject({
    history: 'off',
    failureReasons: 'off',
    progress: 'off',
    attempts: 'ok',
  });
  const lines = found.map(lineOf).join('\n');
  expect(lines).toMatch(/^off {6}failureReasons {2}.*\(403\)\.$/m);
  expect(lines).toMatch(/^off {6}history {9}.*\(404\)\.$/m);
});

it('names the setting that turns the internal API off', async () => {
  addRun();
  const found = await findings({ AIRBYTE_INTERNAL_API: 'off' });
  expect(found.find(({ subject }) => subject === 'logs')).toMatchObject({
    verdict: 'off',
    detail: 'AIRBYTE_INTERNAL_API is off.',
  });
});

it('stops at an Airbyte that cannot be read, with the reason', async () => {
  bench.upstream.on('GET /connections', () => hateoas(401, 'Unauthorized'));
  const found = await findings();
  expect(verdicts(found)).toEqual({ health: 'ok', 'public API': 'failed' });
  expect(found[1]?.detail).toMatch(/401/);
});

it.each([
  [{}, /requires credentials: set AIRBYTE_CLIENT_ID and AIRBYTE_CLIENT_SECRET, or AIRBYTE_TOKEN\.$/],
  [{ AIRBYTE_TOKEN: 'old' }, /Check AIRBYTE_TOKEN, which may have expired\.$/],
  [
    { AIRBYTE_USERNAME: 'airbyte', AIRBYTE_PASSWORD: 'password' },
    /Check AIRBYTE_USERNAME and AIRBYTE_PASSWORD\. .*2\.2.*set AIRBYTE_CLIENT_ID and AIRBYTE_CLIENT_SECRET instead\.$/,
  ],
  [
    { AIRBYTE_CLIENT_ID: 'id', AIRBYTE_CLIENT_SECRET: 'secret' },
    /Check AIRBYTE_CLIENT_ID and AIRBYTE_CLIENT_SECRET\.$/,
  ],
])('names the settings of rejected credentials: %p', async (variables, advice) => {
  for (const operation of ['POST /applications/token', 'GET /connections'])
    bench.upstream.on(operation, () => hateoas(401, 'Unauthorized'));
  const found = await findings(variables);
  expect(found[1]).toMatchObject({ subject: 'public API', verdict: 'failed' });
  expect(found[1]?.detail).toMatch(advice);
  expect(found[1]?.detail).not.toMatch(/old|secret/);
});

it('tells an address where nothing listens', async () => {
  await bench.upstream.refuse();
  const found = await findings();
  expect(verdicts(found)).toEqual({ health: 'failed', 'public API': 'failed' });
  expect(found[0]?.detail).toMatch(/connection was refused/);
  await bench.upstream.listen();
});

it('an internal API that answers nothing leaves the rest', async () => {
  addRun();
  for (const path of [
    'jobs/list',
    'jobs/get_without_logs',
    'connections/sync_progress',
    'connections/events/list',
  ])
    bench.upstream.on(`internal ${path}`, () => fault('hang'));
  expect(verdicts(await findings())).toMatchObject({ failureReasons: 'off', logs: 'unknown', latency: 'ok' });
});

it('warns of a clock that differs', async () => {
  addRun();
  bench.upstream.state.clockAheadMs = -3_600_000;
  const clock = (await findings()).find(({ subject }) => subject === 'clock');
  expect(clock).toMatchObject({
    verdict: 'warning',
    detail: expect.stringMatching(/\d{4} s behind/) as string,
  });
});
