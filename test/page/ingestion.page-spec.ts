import type { Browser } from 'playwright-core';
import { startGateway, type TestGateway } from '../support/gateway';
import { ScriptedUpstream } from '../support/scripted-upstream';
import { javaInstant } from '../support/upstream-jobs';
import { openBrowser, Reader } from './reader';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const RUN_MS = 90_000;

describe('the words on one ingestion', () => {
  let upstream: ScriptedUpstream;
  let gateway: TestGateway;
  let browser: Browser;

  beforeAll(async () => {
    upstream = await ScriptedUpstream.start();
    browser = await openBrowser();
  });
  afterEach(async () => {
    await gateway.close();
    upstream.clear();
  });
  afterAll(async () => {
    await browser.close();
    await upstream.close();
  });

  /** @returns the time when the run ended */
  function addRun(connectionId: string, startMs: number): Date {
    const end = new Date(startMs + RUN_MS);
    upstream.state.addJob({
      connectionId,
      status: 'succeeded',
      startTime: javaInstant(new Date(startMs)),
      lastUpdatedAt: javaInstant(end),
    });
    return end;
  }

  async function open(settings: Readonly<Record<string, string>>, view: string): Promise<Reader> {
    gateway = await startGateway({ AIRBYTE_API_URL: upstream.url, RATE_LIMIT: 'off', ...settings });
    const reader = await Reader.open(browser, gateway.url);
    await reader.goto(view);
    return reader;
  }

  it.each([
    ['30', /^Missed: no run for this firing$/],
    ['600', /^Due: without a run, it is missed after 10 h$/],
  ])('count a firing as missed after the tolerance of the gateway: %s minutes', async (tolerance, words) => {
    const hourMs = Math.floor(upstream.state.now().getTime() / HOUR_MS) * HOUR_MS;
    // The newest firing is at least one hour old.
    const cronExpression = `0 0 ${new Date(hourMs - HOUR_MS).getUTCHours()} * * ? UTC`;
    const { connectionId } = upstream.state.addConnection({
      createdAt: hourMs / 1000 - 100 * 3600,
      schedule: { scheduleType: 'cron', cronExpression },
    });
    addRun(connectionId, hourMs - 25 * HOUR_MS);
    const reader = await open({ MISSED_RUN_TOLERANCE_MINUTES: tolerance }, `ingestion/${connectionId}`);
    await reader.page.getByText(words).waitFor();
    expect(await reader.page.locator('.runs').getByText('scheduled').count()).toBe(1);
    expect(await reader.page.locator('.reasons .missed_run').count()).toBe(tolerance === '30' ? 1 : 0);
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it.each([
    ['PT45M', '45 min'],
    ['PT26H', '26 h'],
    ['PT1H30M', '1 h 30 min'],
    ['P1DT12H', '36 h'],
    ['P2W', '14 days'],
  ])('have the freshness %s as %s', async (freshness, words) => {
    const { connectionId } = upstream.state.addConnection({ schedule: { scheduleType: 'manual' } });
    addRun(connectionId, upstream.state.now().getTime() - 5 * MINUTE_MS);
    const reader = await open({ FRESHNESS: freshness }, `ingestion/${connectionId}`);
    await reader.page.getByText(`within the limit of ${words}`, { exact: true }).waitFor();
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('have the times of the reasons in the zone of the reader, and their durations as words', async () => {
    const { connectionId } = upstream.state.addConnection({ schedule: { scheduleType: 'manual' } });
    const end = addRun(connectionId, upstream.state.now().getTime() - 74 * HOUR_MS);
    const reader = await open({ FRESHNESS: 'PT26H' }, `ingestion/${connectionId}`);
    const { page } = reader;
    const lastData = inBerlin(end);
    const since = inBerlin(new Date(end.getTime() + 26 * HOUR_MS));
    const reason = page.locator('.reasons .stale');
    await reason.waitFor();
    expect((await reason.innerText()).replaceAll(/\s+/g, ' ')).toBe(
      `Stale. Data last arrived at ${lastData} (3 days ago), which is longer ago than 26 h. Since ${since}, 47 hours ago.`,
    );
    await page.getByText('over the limit of 26 h', { exact: true }).waitFor();
    await reader.goto();
    await page.getByRole('row').getByText('over the limit of 26 h', { exact: true }).waitFor();
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });
});

/** The zone of {@link Reader}. */
function inBerlin(date: Date): string {
  return date.toLocaleString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'Europe/Berlin',
  });
}
