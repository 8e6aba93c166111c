import type { Browser } from 'playwright-core';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { openBrowser, Reader } from './reader';

describe('the reference', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let browser: Browser;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await gateway.close();
    await upstream.close();
  });

  it('orders operations by use, and has the probes last', async () => {
    const reader = await Reader.open(browser, gateway.url);
    await reader.page.goto(`${gateway.url}/docs/`);
    await reader.page.locator('[data-tag=health]').waitFor();
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
});
