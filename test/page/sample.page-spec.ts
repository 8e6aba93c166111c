import type { Browser } from 'playwright-core';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { json } from '../support/upstream-replies';
import { openBrowser, Reader, SCREENS } from './reader';

const BUTTON = { name: 'Show sample rows of orders' };
const SAMPLE = {
  fields: [
    { name: 'order_id', types: ['integer'], format: null },
    { name: 'amount', types: ['null', 'number'], format: null },
    { name: 'ordered_at', types: ['null', 'string'], format: 'date-time' },
    { name: 'comment', types: ['string'], format: null },
    { name: 'address', types: ['object'], format: null },
  ],
  rows: [
    {
      order_id: 1,
      amount: 12.5,
      ordered_at: '2026-01-15T10:30:00Z',
      comment: '<b>Please</b> ring twice, and lea…',
      address: { city: 'Berlin' },
      extra: true,
    },
    { order_id: 2, amount: null, ordered_at: '2026-01-15T11:00:00Z', comment: '', address: {} },
  ],
  cut: [{ row: 0, field: 'comment' }],
  leftOutFields: 3,
  isComplete: false,
};

describe('sample rows of a stream', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let browser: Browser;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    browser = await openBrowser();
  });
  beforeEach(() => {
    upstream.state.streams = [{ streamName: 'orders', syncModes: ['full_refresh_overwrite'] }];
  });
  afterEach(async () => {
    await gateway.close();
    upstream.clear();
  });
  afterAll(async () => {
    await browser.close();
    await upstream.close();
  });

  async function chooseOrders(
    settings: Readonly<Record<string, string>> = {},
    screen: Parameters<typeof Reader.open>[2] = SCREENS[0],
  ): Promise<Reader> {
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, RATE_LIMIT: 'off', ...settings });
    const reader = await Reader.open(browser, gateway.url, screen);
    await reader.goto('connect');
    await reader.page.getByLabel('Source').selectOption({ index: 1 });
    await reader.page.getByRole('checkbox', { name: /^orders/ }).check();
    return reader;
  }

  it.each(SCREENS)('are shown on request, on $name', async (screen) => {
    upstream.on('internal sources/sample_stream', () => json(200, SAMPLE));
    const reader = await chooseOrders({}, screen);
    const { page } = reader;
    await page.getByRole('button', BUTTON).waitFor();
    expect(upstream.count('internal sources/sample_stream')).toBe(0);
    await page.getByRole('button', BUTTON).click();
    const region = page.getByRole('region', { name: 'Sample rows of orders' });
    await region.waitFor();
    expect(await region.getByRole('columnheader').allInnerTexts()).toEqual([
      'order_id integer',
      'amount number',
      'ordered_at string, date-time',
      'comment string',
      'address object',
      'extra no type',
    ]);
    const rows = region.getByRole('row');
    expect(await rows.nth(1).getByRole('cell').allInnerTexts()).toEqual([
      '1',
      '12.5',
      '2026-01-15T10:30:00Z',
      expect.stringMatching(/^<b>Please<\/b> ring twice, and lea…\s*cut$/),
      '{"city":"Berlin"}',
      'true',
    ]);
    expect(await rows.nth(2).getByRole('cell').allInnerTexts()).toEqual([
      '2',
      'null',
      '2026-01-15T11:00:00Z',
      '',
      '{}',
      '–',
    ]);
    await page
      .getByText(/^The first 2 rows, read on .*\. 3 further fields are left out\. 1 long value is cut\.$/)
      .waitFor();
    await region.focus();
    expect(await page.evaluate<string>('document.activeElement.ariaLabel')).toBe('Sample rows of orders');
    expect(await reader.accessibilityFaults()).toEqual([]);
    await reader.picture(`sample-${screen.name.replace(', ', '-')}`);
    await page.getByRole('button', { name: 'Hide sample rows of orders' }).click();
    await page.getByRole('button', BUTTON).waitFor();
    expect(await region.count()).toBe(0);
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('can be asked for again after an error', async () => {
    upstream.on('internal sources/sample_stream', () => json(422, { message: 'The stream is gone.' }));
    const reader = await chooseOrders();
    const { page } = reader;
    await page.getByRole('button', BUTTON).click();
    await page.getByRole('alert').getByText('The stream is gone.').waitFor();
    await reader.excuse(404);
    upstream.on('internal sources/sample_stream', () => json(200, { ...SAMPLE, rows: [], cut: [] }));
    await page.getByRole('button', BUTTON).click();
    await page.getByText('The stream has no rows.').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('are not offered where the capability is off', async () => {
    const reader = await chooseOrders({ AIRBYTE_INTERNAL_API: 'off' });
    await reader.page.getByLabel('Mode of orders').waitFor();
    expect(await reader.page.getByRole('button', BUTTON).count()).toBe(0);
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('are no longer offered once the first use has shown that Airbyte has none', async () => {
    const reader = await chooseOrders();
    const { page } = reader;
    await page.getByRole('button', BUTTON).click();
    await page.getByRole('alert').getByText('Only the embedded Airbyte reads samples.').waitFor();
    await reader.excuse(501);
    expect(await page.getByRole('button', BUTTON).count()).toBe(0);
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });
});
