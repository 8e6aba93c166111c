import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IngestionClient, isProblem, NoAnswerError, verifyWebhook } from '@airbyte-ingestion/client';
import { startGateway, type TestGateway } from '../../support/gateway';
import { HookReceiver } from '../../support/hook-receiver';
import { ScriptedUpstream } from '../../support/scripted-upstream';
import { until } from '../../support/until';
import { WEBHOOK_SETTINGS } from '../../support/webhooks-bench';

describe('the webhooks of the published client', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let receiver: HookReceiver;
  let dataDir: string;
  let client: IngestionClient;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    receiver = await HookReceiver.start();
    dataDir = await mkdtemp(join(tmpdir(), 'client-webhooks-'));
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, DATA_DIR: dataDir, ...WEBHOOK_SETTINGS });
    client = new IngestionClient({ url: gateway.url });
  });
  beforeEach(() => {
    receiver.clear();
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
    await receiver.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const failureOf = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('are created, listed, read, changed and deleted', async () => {
    const created = await client.webhooks.create({ url: receiver.url, types: ['run.failed'] });
    expect(created.secret).toMatch(/^whsec_/);
    const { webhookId } = created;
    const { data } = await client.webhooks.list();
    expect(data.map((webhook) => webhook.webhookId)).toEqual([webhookId]);
    await client.webhooks.patch(webhookId, { status: 'disabled' });
    expect(await client.webhooks.get(webhookId)).toMatchObject({ status: 'disabled', types: ['run.failed'] });
    await client.webhooks.delete(webhookId);
    expect(isProblem(await failureOf(client.webhooks.get(webhookId)), 'webhook-not-found')).toBe(true);
  });

  it('get messages that verifyWebhook accepts with each secret of a rotation', async () => {
    const { webhookId, secret } = await client.webhooks.create({ url: receiver.url });
    const rotated = await client.webhooks.rotate(webhookId, { overlapSeconds: 600 });
    expect(await client.webhooks.test(webhookId)).toMatchObject({ isAccepted: true, statusCode: 204 });
    const [message] = receiver.messages;
    if (message === undefined) throw new Error('no message came');
    const { body, headers } = message;
    for (const one of [secret, rotated.secret])
      expect(await verifyWebhook(body, headers, one)).toEqual({
        type: 'webhook.test',
        timestamp: expect.any(String) as string,
        data: { webhookId },
      });
    await client.webhooks.delete(webhookId);
  });

  it('get events again one by one, and since a time', async () => {
    const { state } = upstream;
    const { connectionId } = state.addConnection({ createdAt: 1_700_000_000 });
    const { webhookId } = await client.webhooks.create({ url: receiver.url, connectionIds: [connectionId] });
    await until('the log to be complete', async () => (await client.eventList()).completeUntil !== null);
    state.history.end(state.addJob({ connectionId, status: 'running' }), 'succeeded');
    const delivered = await until('a delivery', async () => {
      const { data } = await client.webhooks.deliveries(webhookId, { limit: 10 });
      return data.find((delivery) => delivery.type === 'run.succeeded' && delivery.state === 'succeeded');
    });
    const before = receiver.messages.length;
    expect(await client.webhooks.resend(webhookId, delivered.eventId)).toMatchObject({ state: 'pending' });
    await until('the message again', () => receiver.messages.length > before);
    const since = new Date(Date.now() - 60_000).toISOString();
    expect(await client.webhooks.recover(webhookId, { since })).toMatchObject({ webhookId });
    await client.webhooks.delete(webhookId);
  });

  it('are not created twice if the answer is lost, but deleted in spite of it', async () => {
    const losing = (): IngestionClient => {
      let count = 0;
      const lose = async (request: Request): Promise<Response> => {
        const response = await fetch(request);
        count += 1;
        if (count === 1) throw new TypeError('fetch failed');
        return response;
      };
      return new IngestionClient({ url: gateway.url, fetch: lose });
    };
    expect(await failureOf(losing().webhooks.create({ url: receiver.url }))).toBeInstanceOf(NoAnswerError);
    const { data } = await client.webhooks.list();
    expect(data).toHaveLength(1);
    await losing().webhooks.delete(data[0]?.webhookId ?? '');
    expect((await client.webhooks.list()).data).toEqual([]);
  });
});
