import type { Browser } from 'playwright-core';
import { API_KEYS } from '../support/api-keys';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { openBrowser, Reader, SCREENS } from './reader';

describe('the pages without a script', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let browser: Browser;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, API_KEYS });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    await upstream.close();
  });

  describe.each(SCREENS)('on $name', (screen) => {
    it.each(['/', '/problems', '/problems/validation-failed', '/problems/run-in-progress'])(
      '%s is styled, has no accessibility faults and keeps the policy',
      async (path) => {
        const reader = await Reader.open(browser, gateway.url, screen);
        await reader.page.goto(gateway.url + path);
        const background = await reader.page.evaluate<string>(
          'getComputedStyle(document.body).backgroundColor',
        );
        expect(background).toBe(screen.scheme === 'dark' ? 'rgb(18, 21, 28)' : 'rgb(247, 248, 250)');
        expect(await reader.accessibilityFaults()).toEqual([]);
        if (path === '/') await reader.picture(`guide-${screen.name.replace(', ', '-')}`);
        expect(reader.complaints).toEqual([]);
        await reader.close();
      },
    );
  });

  it('lead from the guide to the page, the reference and the errors', async () => {
    const reader = await Reader.open(browser, gateway.url);
    const { page } = reader;
    for (const [link, heading] of [
      ['The page', 'Sign in'],
      ['The errors', 'Problems'],
    ] as const) {
      await page.goto(`${gateway.url}/`);
      await page.getByRole('link', { name: link }).click();
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    }
    await page.goto(`${gateway.url}/`);
    await page.getByRole('link', { name: 'The reference' }).click();
    await page.locator('[data-tag=health]').waitFor();
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });
});
