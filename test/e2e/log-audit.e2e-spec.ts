import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pino from 'pino';
import { systemClock } from '../../src/lib/clock';
import { parseSettings } from '../../src/config/settings';
import { createApp } from '../../src/start';
import { checkedAgent } from '../support/contract-callers';
import { DESTINATION_ID, fault, ScriptedUpstream, SOURCE_ID } from '../support/scripted-upstream';

const ORDERS = { name: 'Secret name', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };

let upstream: ScriptedUpstream;
let app: NestFastifyApplication;
let url: string;
const lines: Record<string, unknown>[] = [];

beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  const settings = parseSettings({
    AIRBYTE_API_URL: upstream.url,
    PORT: '0',
    AIRBYTE_TIMEOUT_MS: '1000',
    AIRBYTE_CREATE_TIMEOUT_MS: '1000',
  });
  const airbyte = { ...settings.airbyte, apiUrl: upstream.url };
  const logger = pino(
    { base: null },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  app = await createApp({ ...settings, airbyte }, systemClock, logger);
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterEach(() => {
  upstream.clear();
  lines.length = 0;
});
afterAll(async () => {
  await app.close();
  await upstream.close();
});

describe('the audit log', () => {
  const changes = (): Record<string, unknown>[] => lines.filter((line) => line['audit'] === true);

  it('has one line for a creation, with caller, action, id and outcome', async () => {
    const created = await checkedAgent(url)
      .post('/ingestion')
      .set('x-request-id', 'abc')
      .send(ORDERS)
      .expect(201);
    expect(changes()).toHaveLength(1);
    expect(changes()[0]).toMatchObject({
      caller: 'anonymous',
      address: '127.0.0.1',
      action: 'POST /ingestion',
      connectionId: (created.body as { connectionId: string }).connectionId,
      status: 201,
      outcome: 'done',
      requestId: 'abc',
    });
  });

  it('has one line for each refused, failed and replayed request', async () => {
    const create = (body: object): ReturnType<ReturnType<typeof checkedAgent>['post']> =>
      checkedAgent(url).post('/ingestion').set('idempotency-key', 'audit').send(body);
    await create({ name: '' });
    await create(ORDERS);
    await create(ORDERS);
    upstream.on('POST /connections', () => fault('reset'));
    await checkedAgent(url).post('/ingestion').send(ORDERS);
    expect(changes().map(({ outcome, replayed }) => [outcome, replayed])).toEqual([
      ['validation-failed', undefined],
      ['done', undefined],
      ['done', true],
      ['outcome-unknown', undefined],
    ]);
  });

  it('contains the ids of started runs and of deleted ingestions', async () => {
    const { connectionId } = upstream.state.addConnection();
    await checkedAgent(url).post(`/ingestion/${connectionId}/runs`).expect(202);
    await checkedAgent(url).delete(`/ingestion/${connectionId}`).expect(204);
    expect(changes()).toEqual([
      expect.objectContaining({ action: 'POST /ingestion/:connectionId/runs', connectionId, runId: '1' }),
      expect.objectContaining({ action: 'DELETE /ingestion/:connectionId', connectionId, outcome: 'done' }),
    ]);
  });

  it('has no line for reads, and no log line contains a body', async () => {
    await checkedAgent(url).post('/ingestion').send(ORDERS).expect(201);
    const schedule = { scheduleType: 'cron', cronExpression: '0 2 * * *' };
    await checkedAgent(url).post('/schedule/preview').send({ schedule }).expect(200);
    await checkedAgent(url).get('/ingestion/x/status').set('authorization', 'Bearer very-secret').expect(404);
    expect(changes()).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toMatch(/Secret name|0 2 \* \* \*|very-secret/);
  });
});
