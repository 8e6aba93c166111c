import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GatewayProcess } from '../support/gateway-process';
import { json, ScriptedUpstream } from '../support/scripted-upstream';
import { until } from '../support/until';

const shell = promisify(execFile);
const SAMPLE = { sourceId: 'source-id', destinationId: 'dest-id' };

interface Run {
  readonly runId: string;
  readonly status: string;
  readonly rows: number | null;
}

async function call<T>(url: string, method = 'GET', body?: object): Promise<T> {
  const response = await fetch(url, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}

/** Child processes of a process. Those of the gateway are connectors. */
async function childrenOf(pid: number): Promise<string[]> {
  const { stdout } = await shell('ps', ['-o', 'pid=', '--ppid', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

describe('the gateway as a process', () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'process-e2e-'));
  });

  afterEach(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  it('prints a working curl command and the address of the docs', async () => {
    const gateway = await GatewayProcess.start({ DATA_DIR: dataDir });
    const { docs, try: curl } = gateway.startMessage;
    const { stdout } = await shell('sh', ['-c', curl]);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'active', schedule: { cronExpression: '0 2 * * *' } });
    expect((await fetch(docs)).status).toBe(200);
    expect(gateway.output).toContain('AIRBYTE_API_URL');
    expect(await gateway.kill('SIGTERM')).toBe(0);
  });

  it('prints a curl command that needs only the key if callers must sign in', async () => {
    const sha256 = createHash('sha256').update('a key').digest('hex');
    const API_KEYS = `me:ingestion:read+ingestion:write:${sha256}`;
    const gateway = await GatewayProcess.start({ DATA_DIR: dataDir, API_KEYS });
    const { try: curl } = gateway.startMessage;
    const { stdout } = await shell('sh', ['-c', curl], { env: { ...process.env, KEY: 'a key' } });
    expect(JSON.parse(stdout)).toMatchObject({ status: 'active' });
    expect(await gateway.kill('SIGTERM')).toBe(0);
  });

  it('keeps ingestions, schedules and history after a SIGKILL during a sync, and the next sync has every row', async () => {
    const first = await GatewayProcess.start({ DATA_DIR: dataDir });
    const schedule = { scheduleType: 'cron', cronExpression: '30 4 * * 1-5' };
    const { connectionId } = await call<{ connectionId: string }>(`${first.url}/ingestion`, 'POST', {
      name: 'k',
      ...SAMPLE,
      schedule,
    });
    const runs = (gateway: GatewayProcess): string => `${gateway.url}/ingestion/${connectionId}/runs`;
    const ended = (gateway: GatewayProcess, runId: string): Promise<Run> =>
      until('the run to end', async () => {
        const run = await call<Run>(`${runs(gateway)}/${runId}`);
        return ['succeeded', 'failed', 'cancelled'].includes(run.status) && run;
      });
    const whole = await ended(first, (await call<Run>(runs(first), 'POST')).runId);
    const cut = await call<Run>(runs(first), 'POST');
    expect(await first.kill('SIGKILL')).toBeNull();

    const second = await GatewayProcess.start({ DATA_DIR: dataDir });
    const status = await call<{ schedule: unknown }>(`${second.url}/ingestion/${connectionId}/status`);
    expect(status.schedule).toMatchObject(schedule);
    const retried = await ended(second, cut.runId);
    expect(retried).toMatchObject({ status: 'succeeded', rows: whole.rows });
    const history = await call<{ data: Run[] }>(runs(second));
    expect(history.data.map(({ runId }) => runId)).toEqual([cut.runId, whole.runId]);
    const again = await ended(second, (await call<Run>(runs(second), 'POST')).runId);
    expect(again).toMatchObject({ status: 'succeeded', rows: whole.rows });
    expect(await second.kill('SIGTERM')).toBe(0);
  });

  it('refuses a data folder that another process uses, and names that process', async () => {
    const holder = await GatewayProcess.start({ DATA_DIR: dataDir });
    const second = GatewayProcess.spawn({ DATA_DIR: dataDir });
    expect(await second.exit()).toBe(1);
    expect(second.output).toContain(String(holder.pid));
    expect(await holder.kill('SIGTERM')).toBe(0);
  });

  it('reports once that its port is in use and how to change it, before it starts anything else', async () => {
    const holder = await GatewayProcess.start({ DATA_DIR: dataDir });
    const { port } = new URL(holder.url);
    const unused = join(dataDir, 'unused');
    const second = GatewayProcess.spawn({ PORT: port, DATA_DIR: unused });
    expect(await second.exit()).toBe(1);
    expect(second.output).toMatch(/^Port \d+ of 127\.0\.0\.1 is in use: .*set PORT.*\n$/);
    expect(second.output).toContain(port);
    await expect(access(unused)).rejects.toThrow('ENOENT');
    expect(await holder.kill('SIGTERM')).toBe(0);
  });

  it('answers running requests after SIGTERM, exits with 0 and leaves no process', async () => {
    const upstream = await ScriptedUpstream.start();
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    upstream.on('GET /connections/:id', async () => {
      await held;
      return json(200, upstream.state.addConnection({ connectionId: 'slow' }));
    });
    const gateway = await GatewayProcess.start({ AIRBYTE_API_URL: upstream.url });
    const pending = fetch(`${gateway.url}/ingestion/slow/status`);
    await upstream.seen('GET /connections/:id');
    const exit = gateway.kill('SIGTERM');
    await until('it to begin stopping', () => gateway.output.includes('"stopping"'));
    answer();
    expect((await pending).status).toBe(200);
    expect(await exit).toBe(0);
    await upstream.close();
  });

  it('terminates its connectors after SIGTERM during a sync', async () => {
    const gateway = await GatewayProcess.start({ DATA_DIR: dataDir });
    const { connectionId } = await call<{ connectionId: string }>(`${gateway.url}/ingestion`, 'POST', {
      name: 'k',
      ...SAMPLE,
    });
    await call<Run>(`${gateway.url}/ingestion/${connectionId}/runs`, 'POST');
    const connectors = await until('connectors to run', async () => {
      const children = await childrenOf(gateway.pid);
      return children.length > 0 && children;
    });
    expect(await gateway.kill('SIGTERM')).toBe(0);
    const left = await Promise.all(
      connectors.map((pid) =>
        shell('ps', ['-p', pid, '-o', 'stat=']).then(
          ({ stdout }) => stdout.trim(),
          () => '',
        ),
      ),
    );
    expect(left.filter((state) => state !== '' && !state.startsWith('Z'))).toEqual([]);
  });

  it('refuses to start with an invalid setting, and prints its name but not its value', async () => {
    const gateway = GatewayProcess.spawn({ AIRBYTE_API_URL: 'hunter2', PORT: 'x' });
    expect(await gateway.exit()).toBe(1);
    expect(gateway.output).toContain('AIRBYTE_API_URL');
    expect(gateway.output).toContain('PORT');
    expect(gateway.output).not.toContain('hunter2');
  });

  it('refuses to listen beyond loopback without authentication', async () => {
    const gateway = GatewayProcess.spawn({ HOST: '0.0.0.0', DATA_DIR: dataDir });
    expect(await gateway.exit()).toBe(1);
    expect(gateway.output).toContain('AUTH=off');
  });
});
