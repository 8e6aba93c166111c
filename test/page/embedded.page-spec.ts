import type { Browser } from 'playwright-core';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayProcess } from '../support/gateway-process';
import { openBrowser, Reader, SCREENS } from './reader';

const SAMPLE = 'conn-12345678-1234-1234-1234-123456789012';

describe('one ingestion of the embedded Airbyte', () => {
  let dataDir: string;
  let gateway: GatewayProcess;
  let browser: Browser;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'page-embedded-'));
    gateway = await GatewayProcess.start({ DATA_DIR: dataDir, LOG_LEVEL: 'fatal', FEED_INTERVAL_MS: '200' });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await gateway.kill('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  });

  describe.each(SCREENS)('on $name', (screen) => {
    let reader: Reader;

    beforeAll(async () => {
      reader = await Reader.open(browser, gateway.url, screen);
    });
    afterAll(() => reader.close());

    it('can be connected: streams, schedule with preview, check, create', async () => {
      const { page } = reader;
      const name = `From the page on ${screen.name}`;
      await reader.goto('connect');
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByLabel('Source').selectOption({ index: 1 });
      await page.getByLabel('Destination').selectOption({ index: 2 });
      await page.getByRole('checkbox', { name: /^orders/ }).check();
      await page.getByLabel('Mode of orders').selectOption('full_refresh_append');
      const expression = page.getByLabel(/Cron expression/);
      await expression.fill('0 9 * * 8');
      await page.getByRole('alert').getByText('the day of week 8 is outside').waitFor();
      await reader.excuse(400);
      await expression.fill('30 9 * * 1-5');
      await page.getByLabel(/Time zone/).selectOption('America/New_York');
      await page
        .getByText('At 09:30 AM, Monday through Friday')
        .or(page.getByText('At 09:30, Monday through Friday'))
        .waitFor();
      await page.getByText(/The clocks of America\/New_York change on \w+,? \d/).waitFor();
      const inUtc = await page
        .getByRole('region', { name: 'Firings when the clocks change' })
        .locator('td:last-child')
        .allInnerTexts();
      expect(inUtc).toHaveLength(4);
      // Half past nine is another time in UTC before and after the change.
      expect(new Set(inUtc.map((time) => time.replace(/^.*, /, ''))).size).toBe(2);
      await page.getByText('The same with curl').click();
      const command = await page.getByLabel('curl command').innerText();
      expect(command).toContain('"cronExpression": "30 9 * * 1-5"');
      await page.getByRole('button', { name: 'Check' }).click();
      await page.getByText(/^This can be created\. The first sync is on /).waitFor();
      expect(await reader.accessibilityFaults()).toEqual([]);
      await reader.picture(`connect-${screen.name.replace(', ', '-')}`);
      await page.getByRole('button', { name: 'Create' }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await page.getByText('full refresh append').waitFor();
      expect(reader.complaints).toEqual([]);
    });

    it('can be run, and shows rows and attempts', async () => {
      const { page } = reader;
      await reader.goto(`ingestion/${SAMPLE}`);
      await page.getByRole('heading', { level: 1, name: 'Sample orders every night' }).waitFor();
      const runs = page.locator('.runs .succeeded');
      const before = await runs.count();
      await page.getByRole('button', { name: 'Run now' }).click();
      await page.getByText(/^Run \d+ was started\.$/).waitFor();
      await runs.nth(before).waitFor();
      await page.getByText('5,000 rows').first().waitFor();
      await runs.first().locator('summary').click();
      await page.getByRole('table', { name: 'Attempts' }).getByRole('cell', { name: '5,000' }).waitFor();
      expect(await reader.accessibilityFaults()).toEqual([]);
      await reader.picture(`ingestion-${screen.name.replace(', ', '-')}`);
      expect(reader.complaints).toEqual([]);
    });

    it('can be paused with a reason and an end, and resumed', async () => {
      const { page } = reader;
      await page.getByRole('button', { name: 'Pause…' }).click();
      await page.getByLabel(/^Reason/).fill('<b>The warehouse</b> is being moved.');
      const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
      await page.getByLabel(/^Until/).fill(tomorrow);
      expect(await reader.accessibilityFaults()).toEqual([]);
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      await page
        .getByText(/^Paused by .*: <b>The warehouse<\/b> is being moved\. It is activated again on/)
        .waitFor();
      await page.locator('.history').getByText('<b>The warehouse</b>').first().waitFor();
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByText('The schedule is active again.').waitFor();
      await page.getByRole('button', { name: 'Run now' }).waitFor();
      expect(reader.complaints).toEqual([]);
    });

    it('can be refreshed after a look at the tables that change', async () => {
      const { page } = reader;
      await page.getByRole('button', { name: 'Refresh…' }).click();
      await page.getByRole('list', { name: 'Tables that change' }).getByRole('listitem').first().waitFor();
      expect(await reader.accessibilityFaults()).toEqual([]);
      await page.getByRole('button', { name: 'Start the refresh' }).click();
      await page.getByText(/^Refresh \d+ was started\.$/).waitFor();
      await page
        .locator('.runs li')
        .filter({ hasText: /refresh succeeded/i })
        .first()
        .waitFor();
      expect(reader.complaints).toEqual([]);
    });

    it('shows the state of the gateway', async () => {
      const { page } = reader;
      await reader.goto('operator');
      await page.getByText('Circuit breaker').waitFor();
      expect(await reader.accessibilityFaults()).toEqual([]);
      await reader.picture(`operator-${screen.name.replace(', ', '-')}`);
      expect(reader.complaints).toEqual([]);
    });
  });

  it('shows the reason of a failure with advice', async () => {
    const reader = await Reader.open(browser, gateway.url);
    await appendFile(join(dataDir, 'local', 'samples', 'orders.csv'), 'broken\n');
    await reader.goto(`ingestion/${SAMPLE}`);
    await reader.page.getByRole('button', { name: 'Run now' }).click();
    await reader.page.locator('.runs .failure').getByText('orders.csv').first().waitFor();
    const [picture, bar] = await Promise.all(
      ['.timeline svg', '.timeline .bar.failed'].map((part) =>
        reader.page.locator(part).last().boundingBox(),
      ),
    );
    if (!picture || !bar) throw new Error('The timeline does not show the failed run.');
    expect(bar.x + bar.width).toBeLessThanOrEqual(picture.x + picture.width);
    await reader.page.getByText('Change the configuration').first().waitFor();
    expect(await reader.accessibilityFaults()).toEqual([]);
    await reader.picture('failure');
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });
});
