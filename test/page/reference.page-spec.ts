import type { Browser } from 'playwright-core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_KEYS, KEYS } from '../support/api-keys';
import { startGateway, type TestGateway } from '../support/gateway';
import { GatewayProcess } from '../support/gateway-process';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { openBrowser, Reader, SCREENS } from './reader';
import { ReferenceOperation } from './reference-reader';

const SOURCE_ID = 'source-of-the-company';
const DESTINATION_ID = 'destination-of-the-company';
const SAMPLE = 'conn-12345678-1234-1234-1234-123456789012';
/** Operations that change something, in an order in which each finds what it needs. */
const CHANGES = [
  'createIngestion',
  'patchIngestion',
  'createSource',
  'patchSource',
  'createDestination',
  'patchDestination',
  'testWebhook',
  'patchWebhook',
  'rotateWebhookSecret',
  'recoverWebhook',
  'startRun',
  'pauseIngestions',
];

/** Only stops a test that hangs: Swagger UI takes seconds for each operation on a busy machine. */
const SLOW_TEST_MS = 1_200_000;

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

async function openReference(url: string, screen: (typeof SCREENS)[number] = SCREENS[0]): Promise<Reader> {
  const reader = await Reader.open(browser, url, screen);
  await reader.page.goto(`${url}/docs/`);
  await reader.page.locator('[data-tag=health]').waitFor();
  return reader;
}

interface Described {
  readonly operationId: string;
}

interface Tried {
  readonly reads: readonly string[];
  readonly changes: readonly string[];
}

/** All operations except those that delete, and the stream, because it has no end. */
async function triedOperations(url: string): Promise<Tried> {
  const response = await fetch(`${url}/openapi.json`);
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, Described>> };
  const reads = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method === 'get' || /\/(check|preview|batch)$/.test(path))
      .map(([, { operationId }]) => operationId),
  );
  return { reads: reads.filter((id) => id !== 'streamEvents'), changes: CHANGES };
}

describe('the reference with the embedded Airbyte', () => {
  let dataDir: string;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'reference-'));
    gateway = await GatewayProcess.start({ DATA_DIR: dataDir, LOG_LEVEL: 'fatal', RATE_LIMIT: 'off' });
    const post = (path: string, body: object): Promise<Response> =>
      fetch(gateway.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await post('/webhooks', { url: 'https://hooks.example.com/airbyte' })).status).toBe(201);
    const started = await post(`/ingestion/${SAMPLE}/runs`, {});
    const { runId } = (await started.json()) as { runId: string };
    await fetch(`${gateway.url}/ingestion/${SAMPLE}/runs/${runId}?wait=30`);
  });
  afterAll(async () => {
    await gateway.kill('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  });

  it('orders operations by use, and has the probes last', async () => {
    const reader = await openReference(gateway.url);
    const tags = await reader.page.evaluate<string[]>(
      "[...document.querySelectorAll('h3[data-tag]')].map((one) => one.dataset.tag)",
    );
    expect([tags[0], tags.at(-1)]).toEqual(['ingestion', 'health']);
    const paths = await reader.page.evaluate<string[]>(
      "[...document.querySelectorAll('.opblock-summary-path')].map((one) => one.dataset.path)",
    );
    expect(paths.slice(0, 3)).toEqual(['/ingestion', '/ingestion/check', '/ingestion']);
    await reader.close();
  });

  // The markup of Swagger UI has faults: docs/page.md.
  it.each(SCREENS)('has no accessibility faults around Swagger UI on $name', async (screen) => {
    const reader = await openReference(gateway.url, screen);
    expect(await reader.accessibilityFaults('#swagger-ui')).toEqual([]);
    expect(reader.complaints).toEqual([]);
    await reader.picture(`reference-${screen.name.replace(', ', '-')}`);
    await reader.close();
  });

  /** Tries one operation after the other. */
  async function statusesOf(operationIds: readonly string[]): Promise<(readonly [string, string])[]> {
    const statuses: (readonly [string, string])[] = [];
    const reader = await openReference(gateway.url);
    for (const id of operationIds) {
      const operation = new ReferenceOperation(reader.page, id);
      await operation.tryOut();
      await operation.filled();
      statuses.push([id, await operation.execute()]);
      await operation.close();
    }
    expect(reader.complaints).toEqual([]);
    await reader.close();
    return statuses;
  }

  it(
    'answers 2xx to every operation as it stands',
    async () => {
      const { reads, changes } = await triedOperations(gateway.url);
      const half = Math.ceil(reads.length / 2);
      const statuses = (
        await Promise.all([statusesOf(reads.slice(0, half)), statusesOf(reads.slice(half))])
      ).flat();
      statuses.push(...(await statusesOf(changes)));
      expect(statuses.length).toBeGreaterThan(35);
      expect(statuses.filter(([, status]) => !status.startsWith('2'))).toEqual([]);
    },
    SLOW_TEST_MS,
  );

  it('fills in nothing to delete, and executes no stream', async () => {
    const reader = await openReference(gateway.url);
    const deletion = new ReferenceOperation(reader.page, 'deleteIngestion');
    await deletion.tryOut();
    expect(await deletion.text()).toContain('Insert an id');
    expect(await deletion.pathValues()).toEqual(['']);
    const stream = reader.page.locator('#operations-events-streamEvents');
    await stream.locator('.opblock-summary-control').click();
    await stream.getByText('Last-Event-ID').first().waitFor();
    expect(await stream.locator('.try-out__btn').count()).toBe(0);
    await reader.close();
  });
});

describe('the reference in front of an Airbyte with data of a company', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let id: string;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    const { state } = upstream;
    state.sources.clear();
    state.destinations.clear();
    state.addSource(SOURCE_ID);
    state.addDestination(DESTINATION_ID);
    id = state.addConnection({
      name: 'Orders',
      sourceId: SOURCE_ID,
      destinationId: DESTINATION_ID,
    }).connectionId;
    state.addJob({ connectionId: id, status: 'succeeded' });
  });
  afterEach(() => gateway.close());
  afterAll(() => upstream.close());

  it('reads and checks what exists, and changes nothing that the reader has not named', async () => {
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
    const reader = await openReference(gateway.url);
    const status = new ReferenceOperation(reader.page, 'getIngestionStatus');
    await status.tryOut();
    await status.filled();
    expect(await status.pathValues()).toEqual([id]);
    expect(await status.execute()).toBe('200');
    const run = new ReferenceOperation(reader.page, 'getRun');
    await run.tryOut();
    await run.filled();
    expect(await run.execute()).toBe('200');
    const check = new ReferenceOperation(reader.page, 'checkIngestion');
    await check.tryOut();
    expect(await check.body()).toContain(SOURCE_ID);
    expect(await check.body()).toContain(DESTINATION_ID);
    const start = new ReferenceOperation(reader.page, 'startRun');
    await start.tryOut();
    expect(await start.text()).toContain('Insert an id');
    expect(await start.pathValues()).toEqual(['']);
    const creation = new ReferenceOperation(reader.page, 'createIngestion');
    await creation.tryOut();
    expect(await creation.text()).toContain('insert your ids');
    await reader.close();
  });

  it('fills in ids once the reader has entered a key', async () => {
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, API_KEYS });
    const reader = await openReference(gateway.url);
    const { page } = reader;
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('#auth-bearer-value, input[aria-label="auth-bearer-value"]').first().fill(KEYS.reader);
    await page
      .locator('.auth-container', { hasText: 'bearer' })
      .getByRole('button', { name: 'Apply credentials' })
      .click();
    await page.getByRole('button', { name: 'Close' }).first().click();
    const status = new ReferenceOperation(page, 'getIngestionStatus');
    await status.tryOut();
    await status.filled();
    expect(await status.execute()).toBe('200');
    const check = new ReferenceOperation(page, 'checkIngestion');
    await check.tryOut();
    expect(await check.body()).toContain(SOURCE_ID);
    await reader.close();
  });
});
