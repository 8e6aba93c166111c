import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { disorderOf, EVENT_SETTINGS, EventReader } from '../support/events-bench';
import { GatewayProcess } from '../support/gateway-process';
import { DESTINATION_ID, SOURCE_ID } from '../support/scripted-upstream';
import type { Answer } from '../support/send-json';
import { until } from '../support/until';

describe('events of the embedded Airbyte', () => {
  let dataDir: string;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'events-embedded-'));
    gateway = await start();
  }, 60_000);
  afterAll(async () => {
    await gateway.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = (): Promise<GatewayProcess> =>
    GatewayProcess.start({ DATA_DIR: dataDir, RATE_LIMIT: 'off', LOG_LEVEL: 'fatal', ...EVENT_SETTINGS });
  it('survive a kill of the process, once and in order', async () => {
    const reader = new EventReader(gateway);
    await reader.current();
    const created = await gateway.send<{ connectionId: string }>('POST', '/ingestion', {
      body: { name: 'Followed', sourceId: SOURCE_ID, destinationId: DESTINATION_ID },
    });
    const { connectionId } = created.body;
    await reader.seen('ingestion.created', connectionId);
    const startRun = (): Promise<Answer<{ runId: string }>> =>
      gateway.send('POST', `/ingestion/${connectionId}/runs`, { body: {} });
    const first = await startRun();
    await reader.seen('run.succeeded', connectionId);
    const second = await startRun();
    await gateway.kill('SIGKILL');
    gateway = await start();
    reader.continueAt(gateway);
    const runs = [first.body.runId, second.body.runId];
    await until('the end of each run', async () => {
      await reader.read();
      const ended = reader.of(connectionId).filter(({ type }) => /succeeded|failed|cancelled/.test(type));
      return runs.every((runId) => ended.some(({ run }) => run?.runId === runId));
    });
    await reader.current();
    expect(disorderOf(reader.events)).toEqual([]);
    const again = new EventReader(gateway);
    await again.current();
    expect(again.events).toEqual(reader.events);
  }, 90_000);
});
