import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SAMPLE_DESTINATION_IDS, SAMPLE_SOURCE_IDS } from '../../src/embedded/samples/ids';
import { startGateway, type TestGateway } from '../support/gateway';
import { until } from '../support/until';

interface Run {
  readonly runId: string;
  readonly status: string;
  readonly failure: object | null;
}
interface Status {
  readonly lastRun: Run | null;
  readonly health: string;
  readonly healthReasons: readonly { readonly code: string; readonly message: string }[];
}

const HEADER = 'id,customer\n';

let dataDir: string;
let gateway: TestGateway;
let id: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'embedded-failures-'));
  gateway = await startGateway({ DATA_DIR: dataDir });
  await writeOrders('1,Aaltonen\n2,Bianchi\n');
  const { body } = await gateway.api
    .post('/ingestion')
    .send({
      name: 'orders',
      sourceId: SAMPLE_SOURCE_IDS[0],
      destinationId: SAMPLE_DESTINATION_IDS[0],
      streams: [{ name: 'orders', syncMode: 'full_refresh_overwrite' }],
    })
    .expect(201);
  id = (body as { connectionId: string }).connectionId;
});

afterAll(async () => {
  await gateway.close();
  await rm(dataDir, { recursive: true, force: true });
});

const writeOrders = (rows: string): Promise<void> =>
  writeFile(join(dataDir, 'local', 'samples', 'orders.csv'), HEADER + rows);
const read = async <T>(path: string): Promise<T> =>
  (await gateway.api.get(`/ingestion/${id}${path}`).expect(200)).body as T;

async function sync(): Promise<Run> {
  const { body } = await gateway.api.post(`/ingestion/${id}/runs`).expect(202);
  const { runId } = body as Run;
  return until(`run ${runId} to end`, async () => {
    const run = await read<Run>(`/runs/${runId}`);
    return ['succeeded', 'failed', 'cancelled'].includes(run.status) && run;
  });
}

it('a wrong row fails the run, and its stream, row, column, message and advice are in every answer', async () => {
  await writeOrders('1,Aaltonen\n2,Bian"chi\n');
  const run = await sync();
  const failure = {
    origin: 'source',
    type: 'config_error',
    message: expect.stringMatching(
      /^Stream orders: Row 2 \(line 3\) of \/local\/samples\/orders\.csv is wrong: in column 2 \("customer"\) an unquoted value contains a quote/,
    ) as string,
    retryable: false,
    advice: 'fix_configuration',
    at: expect.stringMatching(/Z$/) as string,
  };
  expect(run).toMatchObject({ status: 'failed', failure, attempts: [{ number: 1, failure }] });
  const list = await read<{ data: Run[] }>('/runs?status=failed');
  expect(list.data).toEqual([expect.objectContaining({ runId: run.runId, failure: run.failure })]);
  const status = await until('the reason in the status', async () => {
    const now = await read<Status>('/status');
    return now.lastRun?.failure && now;
  });
  expect(status.lastRun).toMatchObject({ runId: run.runId, failure });
  expect(status.health).toBe('failing');
  expect(status.healthReasons[0]?.message).toContain('in column 2 ("customer")');
  const history = await read<{ data: { kind: string; failure: object | null }[] }>('/history');
  expect(history.data.find(({ kind }) => kind === 'run_failed')).toMatchObject({ failure });
});

it('a sync that replaces a table with rows by nothing is a warning of the run and a health reason', async () => {
  await writeOrders('1,Aaltonen\n2,Bianchi\n');
  await sync();
  await writeOrders('');
  const run = await sync();
  expect(run).toMatchObject({ status: 'succeeded', rows: 0 });
  const { lines } = await read<{ lines: object[] }>(`/runs/${run.runId}/logs?tail=1000`);
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      origin: 'platform',
      message: expect.stringContaining('the overwrite empties at the destination: orders (2 rows)') as string,
    }),
  );
  const status = await until('the reason', async () => {
    const now = await read<Status>('/status');
    return now.lastRun?.runId === run.runId && now;
  });
  expect(status.health).toBe('suspect');
  expect(status.healthReasons).toMatchObject([
    { code: 'empty_overwrite', message: expect.stringContaining('the sync before had 2 rows') as string },
  ]);
});
