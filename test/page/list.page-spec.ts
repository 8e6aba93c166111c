import type { Browser } from 'playwright-core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { until } from '../support/until';
import { fillCompany, HOSTILE_NAME, type Kind } from './population';
import { openBrowser, Reader, SCREENS, WALLS } from './reader';

const INGESTIONS = 1000;

describe('the list of 1,000 ingestions', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let browser: Browser;
  let dataDir: string;
  let ids: Record<Kind, string>;
  let reader: Reader;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'page-list-'));
    upstream = await ScriptedUpstream.start();
    ids = fillCompany(upstream.state, INGESTIONS);
    gateway = await startGateway({
      AIRBYTE_API_URL: upstream.url,
      DATA_DIR: dataDir,
      FEED_INTERVAL_MS: '200',
      RATE_LIMIT: 'off',
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    await upstream.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  describe.each(SCREENS)('on $name', (screen) => {
    beforeAll(async () => {
      reader = await Reader.open(browser, gateway.url, screen);
      await reader.goto();
      await reader.page.getByText('1,000 ingestions').waitFor();
    });
    afterAll(() => reader.close());

    it('shows totals by health, and health, data, next sync, rows and runs of each', async () => {
      const { page } = reader;
      await page.getByRole('button', { name: /Failing/ }).waitFor();
      const row = page.getByRole('row').filter({ hasText: 'Failing' }).first();
      await row.getByRole('img', { name: /^\d+ runs, \d+ failed$/ }).waitFor();
      const text = (await row.innerText()).replaceAll(/\s+/g, ' ');
      expect(text).toMatch(/\d+ hours? ago/);
      // A desktop shows the head of the column, which has the word.
      expect(/data \d+ hours? ago/.test(text)).toBe(screen.width < 500);
      expect(text).toMatch(/in (less than a minute|\d+ minutes?|1 hour)/);
      await reader.picture(`list-${screen.name.replace(', ', '-')}`);
    });

    it('has no accessibility faults', async () => {
      expect(await reader.accessibilityFaults()).toEqual([]);
    });

    it('filters by health and by name, and sorts', async () => {
      const { page } = reader;
      const failing = page.getByRole('button', { name: /Failing/ });
      const number = Number(/\d+/.exec(await failing.innerText())?.[0]);
      await failing.click();
      await page.getByText(`${number} of 1,000 ingestions`).waitFor();
      expect(await failing.getAttribute('aria-pressed')).toBe('true');
      await failing.click();
      await page.getByRole('searchbox').fill('payments to finance');
      await page.getByText(/^\d+ of 1,000 ingestions$/).waitFor();
      const names = await page.getByRole('row').getByRole('link').allInnerTexts();
      expect(names.length).toBeGreaterThan(5);
      expect(names.every((name) => name.startsWith('Payments to finance'))).toBe(true);
      if (screen.width > 500) await page.getByRole('button', { name: /^Name/ }).click();
      else await page.getByLabel('Sort by').selectOption('name');
      await until('the order by name', async () => {
        const sorted = await page.getByRole('row').getByRole('link').allInnerTexts();
        return sorted[1] === 'Payments to finance 2' && sorted[9] === 'Payments to finance 10';
      });
      await page.getByRole('searchbox').fill('');
      await page.getByText('1,000 ingestions', { exact: true }).waitFor();
    });

    it('shows names as text, never as HTML', async () => {
      const { page } = reader;
      await page.getByRole('searchbox').fill('onerror');
      await page.getByRole('link', { name: HOSTILE_NAME }).waitFor();
      await page.getByRole('searchbox').fill('');
      expect(await page.locator('[role=row] img').count()).toBe(0);
    });

    it('renders only the rows near the window, and all of them when it is scrolled through', async () => {
      const { page } = reader;
      await page.getByText('1,000 ingestions', { exact: true }).waitFor();
      expect(await page.getByRole('row').count()).toBeLessThan(60);
      await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
      await until('the last row', async () => {
        const last = page.locator(`[role=row][aria-rowindex="${INGESTIONS + 1}"]`);
        return (await last.count()) === 1 && (await last.isVisible());
      });
      expect(reader.complaints).toEqual([]);
    });
  });

  it('shows a change in Airbyte without a reload', async () => {
    reader = await Reader.open(browser, gateway.url);
    await reader.goto();
    const { page } = reader;
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('1,000 ingestions').waitFor();
    await page.getByRole('searchbox').fill(ids.never);
    const row = page.getByRole('row').filter({ hasText: 'Never synced' });
    await row.waitFor();
    upstream.state.addJob({ connectionId: ids.never, status: 'running' });
    await page.getByRole('row').getByText('running', { exact: true }).waitFor();
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('can be used with the keyboard alone', async () => {
    reader = await Reader.open(browser, gateway.url);
    await reader.goto();
    const { page } = reader;
    await page.getByText('1,000 ingestions').waitFor();
    await page.getByRole('searchbox').focus();
    await page.keyboard.type('customers to warehouse 29');
    await page.getByText('1 of 1,000 ingestions').waitFor();
    await until('the focus on the link', async () => {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate<string>('document.activeElement.textContent');
      return focused === 'Customers to warehouse 29';
    });
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Customers to warehouse 29' }).waitFor();
    await page.getByRole('heading', { name: 'Schedule' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate<string>('document.activeElement.tagName')).not.toBe('BODY');
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('prints all rows without the controls', async () => {
    reader = await Reader.open(browser, gateway.url);
    await reader.goto();
    const { page } = reader;
    await page.getByText('1,000 ingestions').waitFor();
    await page.emulateMedia({ media: 'print' });
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    await until('all rows', async () => (await page.getByRole('row').count()) === INGESTIONS + 1);
    expect(await page.getByRole('navigation').isVisible()).toBe(false);
    expect(await page.getByRole('searchbox').isVisible()).toBe(false);
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    expect(wide).toBeLessThanOrEqual(0);
    await page.evaluate("window.dispatchEvent(new Event('afterprint'))");
    await until('the rows of the window', async () => (await page.getByRole('row').count()) < 60);
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it.each(WALLS)('fills a screen on the $name', async (screen) => {
    reader = await Reader.open(browser, gateway.url, screen);
    await reader.goto();
    const { page } = reader;
    await page.getByText('1,000 ingestions').waitFor();
    await page.getByRole('row').filter({ hasText: 'Failing' }).first().waitFor();
    const share = await page.evaluate<number>(
      "document.querySelector('.table').getBoundingClientRect().width / window.innerWidth",
    );
    expect(share).toBeGreaterThan(0.7);
    const textPx = await page.evaluate<number>(
      "parseFloat(getComputedStyle(document.querySelector('.cell.name a')).fontSize)",
    );
    expect(textPx).toBeGreaterThanOrEqual(screen.width / 110);
    expect(await reader.accessibilityFaults()).toEqual([]);
    await reader.picture(`list-${screen.name.replace(', ', '-').replaceAll(' ', '-')}`);
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it.each([
    ['reduce', 0],
    ['no-preference', 1],
  ] as const)('moves nothing if the reader wants no motion: %s', async (motion, animations) => {
    reader = await Reader.open(browser, gateway.url, SCREENS[0], motion);
    await reader.goto();
    await reader.page.getByText('Live', { exact: true }).waitFor();
    expect(await reader.page.evaluate<number>('document.getAnimations().length')).toBe(animations);
    await reader.close();
  });

  it('shows the firings of a schedule that have no run', async () => {
    reader = await Reader.open(browser, gateway.url);
    await reader.goto(`ingestion/${ids.late}`);
    const { page } = reader;
    await page.getByText('Missed: no run for this firing').first().waitFor();
    await page.getByRole('img', { name: /^Timeline since .*: \d+ runs, [1-9]\d* missed firings$/ }).waitFor();
    expect(await reader.accessibilityFaults()).toEqual([]);
    await reader.picture('missed');
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });
});
