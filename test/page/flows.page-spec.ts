import type { Browser } from 'playwright-core';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type TestGateway } from '../support/gateway';
import { HookReceiver } from '../support/hook-receiver';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { until } from '../support/until';
import { WEBHOOK_SETTINGS } from '../support/webhooks-bench';
import { openBrowser, Reader, SCREENS } from './reader';

const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
const API_KEYS = [
  `writer:ingestion:read+ingestion:write:${hash('writer')}`,
  `owner:ingestion:read+ingestion:write+ingestion:destroy:${hash('owner')}`,
].join(',');

describe('actions on one ingestion', () => {
  let upstream: ScriptedUpstream;
  let browser: Browser;
  let gateway: TestGateway;
  let dataDir: string;
  let id: string;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    browser = await openBrowser();
  });
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'page-flows-'));
    id = upstream.state.addConnection({ name: 'Orders to warehouse' }).connectionId;
  });
  afterEach(async () => {
    await gateway.close();
    upstream.state.reinstall();
    await rm(dataDir, { recursive: true, force: true });
  });
  afterAll(async () => {
    await browser.close();
    await upstream.close();
  });

  async function openGateway(settings: Record<string, string> = {}): Promise<void> {
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, RATE_LIMIT: 'off', ...settings });
  }

  async function openIngestion(screen: Parameters<typeof Reader.open>[2] = SCREENS[0]): Promise<Reader> {
    const reader = await Reader.open(browser, gateway.url, screen);
    await reader.goto(`ingestion/${id}`);
    await reader.page.getByRole('heading', { name: 'Schedule' }).waitFor();
    return reader;
  }

  it.each(SCREENS)('attaches to the run in progress, and cancels it, on $name', async (screen) => {
    await openGateway();
    const { jobId } = upstream.state.addJob({ connectionId: id, status: 'running' });
    const reader = await openIngestion(screen);
    const { page } = reader;
    expect(await page.getByRole('button', { name: 'Run now' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Attach to the run' }).click();
    await page.getByText(`You follow run ${jobId}.`).waitFor();
    expect(await reader.accessibilityFaults()).toEqual([]);
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByText(`Run ${jobId} was cancelled.`).waitFor();
    await page.locator('.runs .cancelled').waitFor();
    await page.getByRole('button', { name: 'Run now' }).waitFor();
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('offers to attach if a run began after the page was read', async () => {
    await openGateway();
    const reader = await openIngestion();
    const { page } = reader;
    const { jobId } = upstream.state.addJob({ connectionId: id, status: 'running' });
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('button', { name: 'Attach to the run' }).click();
    await page.getByText(`You follow run ${jobId}.`).waitFor();
    expect(upstream.state.jobs).toHaveLength(1);
    await reader.close();
  });

  it('is read again while it is visible where there are no events', async () => {
    await openGateway();
    const reader = await Reader.open(browser, gateway.url);
    const { page } = reader;
    await page.clock.install();
    await reader.goto();
    await page.getByRole('link', { name: 'Orders to warehouse' }).waitFor();
    await page.getByText(/^Read \d+ s ago$/).waitFor();
    upstream.state.addJob({ connectionId: id, status: 'running' });
    await until('the run in the gateway', async () => {
      const response = await fetch(`${gateway.url}/ingestion/${id}/status`);
      return ((await response.json()) as { currentRun: unknown }).currentRun !== null;
    });
    await page.clock.fastForward(16_000);
    await page.getByRole('row').getByText('running', { exact: true }).waitFor();
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('shows a new run at once where there are events', async () => {
    await openGateway({ DATA_DIR: dataDir, FEED_INTERVAL_MS: '100' });
    const reader = await openIngestion();
    const { page } = reader;
    await page.getByText('It has not run yet.').waitFor();
    // The log of events begins with the first reader of it.
    await until('the run in the page', async () => {
      const job = upstream.state.addJob({ connectionId: id, status: 'running' });
      upstream.state.history.end(job, 'succeeded');
      return (await page.locator('.runs .succeeded').count()) > 0;
    });
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it.each([
    ['writer', 0],
    ['owner', 1],
  ] as const)('offers to delete rows only with the scope for it: %s', async (key, offers) => {
    await openGateway({ API_KEYS });
    const reader = await Reader.open(browser, gateway.url);
    const { page } = reader;
    await reader.goto(`ingestion/${id}`);
    await page.getByLabel('Key or token').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Pause…' }).waitFor();
    expect(await page.getByRole('button', { name: 'Clear…' }).count()).toBe(offers);
    await reader.close();
  });

  it('can be done with the keyboard alone', async () => {
    await openGateway();
    const reader = await openIngestion();
    const { page } = reader;
    const press = async (name: string): Promise<void> => {
      await until(`the focus on ${name}`, async () => {
        await page.keyboard.press('Tab');
        return (await page.evaluate<string>('document.activeElement.textContent')) === name;
      });
      await page.keyboard.press('Enter');
    };
    await press('Pause…');
    await page.getByRole('form', { name: 'Pause' }).waitFor();
    await press('Pause');
    await page.getByText('The schedule is paused. A run in progress continues.').waitFor();
    await press('Resume');
    await page.getByText('The schedule is active again.').waitFor();
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it.each(SCREENS)('tests a webhook and shows its deliveries on $name', async (screen) => {
    const receiver = await HookReceiver.start();
    await openGateway({ ...WEBHOOK_SETTINGS, DATA_DIR: dataDir });
    const description = 'Failures to the on-call team';
    const body = JSON.stringify({ url: `${receiver.url}/hook`, description });
    const headers = { 'content-type': 'application/json' };
    const created = await fetch(`${gateway.url}/webhooks`, { method: 'POST', headers, body });
    expect(created.status).toBe(201);
    const reader = await Reader.open(browser, gateway.url, screen);
    const { page } = reader;
    await reader.goto('webhooks');
    await page.getByRole('heading', { name: description }).waitFor();
    await page.getByRole('button', { name: 'Send a test message' }).click();
    await page.getByText(/^The receiver accepted the test message: 204 in /).waitFor();
    receiver.reply = (_message, response) => response.writeHead(500).end();
    await page.getByRole('button', { name: 'Send a test message' }).click();
    await page.getByText(/^The receiver did not accept the test message: 500 in /).waitFor();
    await page.getByRole('button', { name: 'Show deliveries' }).click();
    await until('a delivery in the page', async () => {
      const job = upstream.state.addJob({ connectionId: id, status: 'running' });
      upstream.state.history.end(job, 'succeeded');
      await page.getByRole('button', { name: 'Read deliveries again' }).click();
      return (await page.getByRole('row', { name: /run\.succeeded/ }).count()) > 0;
    });
    expect(await reader.accessibilityFaults()).toEqual([]);
    await reader.picture(`webhooks-${screen.name.replace(', ', '-')}`);
    expect(reader.complaints).toEqual([]);
    await reader.close();
    await receiver.close();
  });
});
