import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until';

/** Screens on which every flow is tested. */
export const SCREENS = [
  { name: 'desktop, light', width: 1280, height: 800, scheme: 'light' },
  { name: 'desktop, dark', width: 1280, height: 800, scheme: 'dark' },
  { name: 'phone, light', width: 390, height: 844, scheme: 'light' },
  { name: 'phone, dark', width: 390, height: 844, scheme: 'dark' },
] as const;

/** Screens on a wall. */
export const WALLS = [
  { name: 'wall, full HD', width: 1920, height: 1080, scheme: 'dark' },
  { name: 'wall, 4K', width: 3840, height: 2160, scheme: 'light' },
] as const;

interface Screen {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Pictures that docs/page.md shows. */
const PICTURES = new Set([
  'list-desktop-light',
  'list-phone-dark',
  'connect-desktop-light',
  'ingestion-phone-dark',
  'operator-desktop-dark',
  'missed',
  'failure',
]);
const SHOTS = join(__dirname, '..', '..', 'docs', 'page');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Only stops a test that hangs. */
const WAIT_MS = 90_000;
/** WCAG 2.2, 2.5.8. */
const MIN_TARGET_PX = 24;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** A reader of the page. Errors of the console, violations of the policy and requests to other origins are complaints. */
export class Reader {
  readonly complaints: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
  ) {}

  /** @param motion what the reader has told the system about motion */
  static async open(
    browser: Browser,
    url: string,
    screen: Screen = SCREENS[0],
    motion: 'reduce' | 'no-preference' = 'reduce',
  ): Promise<Reader> {
    const context = await browser.newContext({
      viewport: { width: screen.width, height: screen.height },
      colorScheme: screen.scheme,
      hasTouch: screen.width < 500,
      timezoneId: 'Europe/Berlin',
      locale: 'en-GB',
      reducedMotion: motion,
    });
    const reader = new Reader(context, await context.newPage(), url);
    reader.page.setDefaultTimeout(WAIT_MS);
    reader.listen();
    return reader;
  }

  async goto(view = ''): Promise<void> {
    await this.page.goto(`${this.url}/ui/#/${view}`);
    await this.page.getByRole('heading', { level: 1 }).waitFor();
  }

  /**
   * Findings of axe-core, and what it does not check: the page must not scroll sideways.
   * @param foreign selector of markup that is not ours
   */
  async accessibilityFaults(foreign = '.foreign'): Promise<string[]> {
    await this.page.evaluate(AXE);
    const run = `axe.run({ exclude: ['${foreign}'] }, { runOnly: ${JSON.stringify(WCAG)} }).then(({ violations }) => violations.flatMap(
      ({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ': ' + failureSummary)))`;
    const found = await this.page.evaluate<string[]>(run);
    const sideways = await this.page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    const small = await this.page.evaluate<
      string[]
    >(`[...document.querySelectorAll('button:not(${foreign} *)')].filter((one) => {
      const { width, height } = one.getBoundingClientRect();
      return width > 1 && (width < ${MIN_TARGET_PX} || height < ${MIN_TARGET_PX});
    }).map((one) => one.textContent)`);
    return [
      ...found,
      ...small.map((text) => `the button ${text} is smaller than ${MIN_TARGET_PX} px`),
      ...(sideways > 0 ? [`the page is ${sideways} px wider than the screen`] : []),
    ];
  }

  /** Takes back a complaint: the browser itself reports answers such as 400, which this flow provokes. */
  async excuse(status: number): Promise<void> {
    const isReported = (text: string): boolean => text.includes(`status of ${status}`);
    await until(`a report of the status ${status}`, () => this.complaints.some(isReported));
    this.complaints.splice(this.complaints.findIndex(isReported), 1);
  }

  /** With `SCREENSHOTS=1`, writes the pictures for docs/page.md; with the path of a folder, writes all of them there. */
  async picture(name: string): Promise<void> {
    const wanted = process.env['SCREENSHOTS'] ?? '';
    if (wanted === '' || (wanted === '1' && !PICTURES.has(name))) return;
    const folder = wanted === '1' ? SHOTS : wanted;
    await this.page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  private listen(): void {
    this.page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        this.complaints.push(`${message.text()} ${message.location().url}`);
    });
    this.page.on('pageerror', (error) => this.complaints.push(String(error)));
    this.page.on('request', (request) => {
      const { origin } = new URL(request.url());
      if (origin !== new URL(this.url).origin) this.complaints.push(`request to ${request.url()}`);
    });
  }
}
