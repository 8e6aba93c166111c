import type { Browser } from 'playwright-core';
import { API_KEYS, KEYS } from '../support/api-keys';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { openBrowser, Reader, SCREENS } from './reader';

describe('a page of a gateway with API keys', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let browser: Browser;
  let id: string;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    id = upstream.state.addConnection({ name: 'Orders' }).connectionId;
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, API_KEYS });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    await upstream.close();
  });

  async function signIn(reader: Reader, key: string): Promise<void> {
    await reader.page.getByLabel('Key or token').fill(key);
    await reader.page.getByRole('button', { name: 'Sign in' }).click();
  }

  it.each(SCREENS)('asks for the key, and keeps it in memory only, on $name', async (screen) => {
    const reader = await Reader.open(browser, gateway.url, screen);
    const { page } = reader;
    await reader.goto();
    expect(await reader.accessibilityFaults()).toEqual([]);
    await signIn(reader, KEYS.writer);
    await page.getByRole('link', { name: 'Orders' }).waitFor();
    await page.getByText('key:writer').waitFor();
    expect(
      await page.evaluate<string>(
        'JSON.stringify([document.cookie, {...sessionStorage}, {...localStorage}])',
      ),
    ).toBe('["",{},{}]');
    await page.reload();
    await page.getByLabel('Key or token').waitFor();
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('keeps the key until the tab is closed if the reader asks for it', async () => {
    const reader = await Reader.open(browser, gateway.url);
    const { page } = reader;
    await reader.goto();
    await page.getByLabel(/Keep it until/).check();
    await signIn(reader, KEYS.writer);
    await page.getByRole('link', { name: 'Orders' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Orders' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.reload();
    await page.getByLabel('Key or token').waitFor();
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('refuses a wrong key', async () => {
    const reader = await Reader.open(browser, gateway.url);
    await reader.goto();
    await signIn(reader, 'wrong');
    await reader.page.getByRole('alert').waitFor();
    await reader.excuse(401);
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('offers no action that the key may not perform', async () => {
    const reader = await Reader.open(browser, gateway.url);
    const { page } = reader;
    await reader.goto();
    await signIn(reader, KEYS.reader);
    await page.getByRole('link', { name: 'Orders' }).waitFor();
    for (const name of ['Connect', 'Operator'])
      expect(await page.getByRole('link', { name }).count()).toBe(0);
    await page.evaluate(`location.hash = '#/ingestion/${id}'`);
    await page.getByRole('heading', { name: 'Schedule' }).waitFor();
    expect(await page.getByRole('button', { name: /Run|Pause|Refresh|Cancel/ }).count()).toBe(0);
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('says which scope is missing to a key that may not read', async () => {
    const reader = await Reader.open(browser, gateway.url);
    await reader.page.goto(`${gateway.url}/ui/`);
    await signIn(reader, KEYS.weak);
    await reader.page.getByText('It needs the scope ingestion:read.').waitFor();
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });
});
