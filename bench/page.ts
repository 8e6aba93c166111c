import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillCompany } from '../test/page/population';
import { ScriptedUpstream } from '../test/support/scripted-upstream';
import { GATEWAY, Running } from './contender';
import { print } from './print';
import { percentile } from './stats';

const INGESTIONS = 1000;
const VISITS = 3;
/** Keys and jumps of each visit. */
const REPEATS = 5;
const JUMP_PX = 8000;
const SCREEN = { width: 1280, height: 800 };
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Times in milliseconds, one for each visit or repeat. */
interface Measured {
  readonly firstPaint: number[];
  readonly firstRows: number[];
  readonly allKnown: number[];
  readonly key: number[];
  readonly jump: number[];
  readonly scriptBytes: number[];
  readonly elements: number[];
}

async function visit(browser: Browser, url: string, measured: Measured): Promise<void> {
  const context = await browser.newContext({ viewport: SCREEN });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Performance.enable');
  await page.goto(`${url}/ui/`, { waitUntil: 'commit' });
  await page.getByRole('row').nth(1).waitFor();
  measured.firstRows.push(await sinceStart(page));
  await page.getByText(`${INGESTIONS.toLocaleString('en')} ingestions`).waitFor();
  measured.allKnown.push(await sinceStart(page));
  measured.firstPaint.push(
    await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"),
  );
  await page.getByRole('searchbox').focus();
  for (const letter of 'order'.slice(0, REPEATS)) {
    await page.evaluate(untilNextFrame('keydown'));
    await page.keyboard.press(letter);
    measured.key.push(await page.evaluate<number>('window.measuredMs'));
  }
  await page.getByRole('searchbox').fill('');
  for (let jump = 1; jump <= REPEATS; jump++)
    measured.jump.push(
      await page.evaluate<number>(`new Promise((done) => {
        const startMs = performance.now();
        window.scrollBy(0, ${jump % 2 === 1 ? JUMP_PX : -JUMP_PX});
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - startMs)));
      })`),
    );
  measured.elements.push(await page.evaluate<number>("document.querySelectorAll('*').length"));
  await cdp.send('HeapProfiler.collectGarbage');
  measured.scriptBytes.push(await metric(cdp, 'JSHeapUsedSize'));
  await context.close();
}

function sinceStart(page: Page): Promise<number> {
  return page.evaluate<number>('performance.now()');
}

/** Sets `measuredMs` to a promise of the time from the next such event until the frame after it was drawn. */
function untilNextFrame(event: string): string {
  return `void (window.measuredMs = new Promise((done) => {
    addEventListener('${event}', () => {
      const startMs = performance.now();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - startMs)));
    }, { once: true, capture: true });
  }))`;
}

async function metric(cdp: CDPSession, name: string): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find((one) => one.name === name)?.value ?? Number.NaN;
}

function line(name: string, values: readonly number[], unit: (value: number) => string): string {
  return `| ${name} | ${unit(percentile(values, 0.5))} | ${unit(Math.max(...values))} |`;
}

async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-page-'));
  const upstream = await ScriptedUpstream.start();
  fillCompany(upstream.state, INGESTIONS - 1);
  // The benchmark asks for this one until the gateway answers.
  upstream.state.addConnection({ connectionId: 'first' });
  const settings = { DATA_DIR: dataDir, API_KEYS: '', LOG_LEVEL: 'fatal' };
  const gateway = await Running.start(GATEWAY, Number(new URL(upstream.url).port), settings);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const measured: Measured = {
    firstPaint: [],
    firstRows: [],
    allKnown: [],
    key: [],
    jump: [],
    scriptBytes: [],
    elements: [],
  };
  for (let number = 0; number < VISITS; number++)
    await visit(browser, `http://127.0.0.1:${gateway.port}`, measured);
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const milliseconds = (ms: number): string => `${ms.toFixed(0)} ms`;
  print('| | median | slowest |\n|---|---|---|');
  print(line('first paint', measured.firstPaint, seconds));
  print(line('first rows', measured.firstRows, seconds));
  print(line('all 1,000 rows known', measured.allKnown, seconds));
  print(line('a key in the search until the next frame', measured.key, milliseconds));
  print(line('a jump of 8,000 pixels until the next frame', measured.jump, milliseconds));
  print(line('memory of scripts', measured.scriptBytes, (value) => `${(value / 1e6).toFixed(0)} MB`));
  print(line('elements', measured.elements, String));
  await browser.close();
  await gateway.stop();
  await upstream.close();
  await rm(dataDir, { recursive: true, force: true });
}

void main();
