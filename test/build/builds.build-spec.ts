import { appendFileSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { GatewayProcess } from '../support/gateway-process';
import { until } from '../support/until';
import { ProjectCopy } from './project-copy';

const PAGES = ['/docs/', '/docs/swagger-ui-bundle.js', '/openapi.json', '/openapi.yaml', '/problems'];
const OLD_UNUSED = '2020-01-01T00-00-00-000Z-1';
const OLD_IN_USE = '2020-01-02T00-00-00-000Z-2';

interface Run {
  readonly runId: string;
  readonly status: string;
}

/** Syncs and reads pages, one after the other, until it is stopped. */
class Use {
  readonly failures: string[] = [];
  runs = 0;
  private isStopped = false;
  private ended: Promise<void> = Promise.resolve();

  constructor(private readonly url: string) {}

  async start(): Promise<void> {
    const ingestion = { name: 'during builds', sourceId: 'source-id', destinationId: 'dest-id' };
    const { connectionId } = await this.call<{ connectionId: string }>('/ingestion', ingestion);
    this.ended = this.loop(`/ingestion/${connectionId}/runs`);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.ended;
  }

  private async loop(runs: string): Promise<void> {
    while (!this.isStopped) {
      try {
        await this.sync(runs);
        for (const page of PAGES) await this.get(page);
      } catch (error) {
        this.failures.push(String(error));
        return;
      }
    }
  }

  private async sync(runs: string): Promise<void> {
    const { runId } = await this.call<Run>(runs, {});
    const isEnded = async (): Promise<Run | false> => {
      const run = await this.call<Run>(`${runs}/${runId}`);
      return !['queued', 'running'].includes(run.status) && run;
    };
    const { status } = await until('the run to end', isEnded, 300_000);
    if (status !== 'succeeded') throw new Error(`run ${runId} is ${status}`);
    this.runs++;
  }

  private async call<T>(path: string, body?: object): Promise<T> {
    return (await (await this.get(path, body)).json()) as T;
  }

  private async get(path: string, body?: object): Promise<Response> {
    const response = await fetch(this.url + path, {
      method: body ? 'POST' : 'GET',
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}

describe('builds beside a running gateway', () => {
  let project: ProjectCopy;

  beforeAll(async () => {
    project = new ProjectCopy();
    mkdirSync(project.path('dist'));
    writeFileSync(project.path('dist', 'main.js'), '');
    project.addBuild(OLD_UNUSED);
    project.addBuild(OLD_IN_USE, process.pid);
    expect(await project.npm('ci', '--prefer-offline')).toMatchObject({ status: 0 });
  });

  afterAll(() => {
    project.remove();
  });

  it('replaces a plain folder of an older version by a link', () => {
    expect(lstatSync(project.path('dist')).isSymbolicLink()).toBe(true);
  });

  it('syncs and serves its pages through two builds and an npm ci', async () => {
    const first = project.dist();
    const gateway = await GatewayProcess.start(
      { DATA_DIR: project.path('data'), LOG_LEVEL: 'warn' },
      project.path('dist', 'gateway.js'),
    );
    const use = new Use(gateway.url);
    await use.start();
    for (const args of [
      ['run', 'build'],
      ['run', 'build'],
      ['ci', '--prefer-offline'],
    ]) {
      const before = { dist: project.dist(), runs: use.runs };
      expect(await project.npm(...args)).toMatchObject({ status: 0 });
      expect(project.dist()).not.toBe(before.dist);
      expect({ failures: use.failures, hasRuns: use.runs > before.runs }).toEqual({
        failures: [],
        hasRuns: true,
      });
    }
    await use.stop();
    expect(use.failures).toEqual([]);
    // Three newer builds exist; this one is in use.
    expect(project.builds()).toContain(first.replace(/^\.builds\//, ''));
    expect(await gateway.kill('SIGTERM')).toBe(0);
  });

  it('removes old builds and keeps those in use', () => {
    expect(project.builds()).not.toContain(OLD_UNUSED);
    expect(project.builds()).toContain(OLD_IN_USE);
  });

  it('leaves everything as it was when a build fails', async () => {
    const before = { dist: project.dist(), builds: project.builds() };
    appendFileSync(project.path('src', 'stop.ts'), '\nexport const wrong: number = "text";\n');
    const { status, output } = await project.npm('run', 'build');
    expect({ status, dist: project.dist(), builds: project.builds() }).toEqual({ status: 1, ...before });
    expect(output).toContain('src/stop.ts');
  });
});
