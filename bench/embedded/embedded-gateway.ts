import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, parseObject, stringAt } from '../../src/embedded/platform/json';
import { SAMPLE_WORKSPACE_ID } from '../../src/embedded/samples/ids';
import { until } from '../../test/support/until';

const MAIN = join(process.cwd(), 'dist', 'gateway.js');

/** CPU time and peak memory of a process. */
export interface ProcessUsage {
  readonly cpuS: number;
  readonly peakMb: number;
}

/** The built gateway with its embedded Airbyte in a process of its own, and a client of both APIs. */
export class EmbeddedGateway {
  output = '';
  private apiUrl = '';
  private token = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static async start(dataDir: string): Promise<EmbeddedGateway> {
    const env = { PATH: process.env['PATH'], PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const gateway = new EmbeddedGateway(child);
    await until('the gateway to listen', () => {
      if (gateway.hasEnded) throw new Error(`It ended:\n${gateway.output}`);
      return gateway.url !== '';
    });
    await gateway.signIn(parseObject(readFileSync(join(dataDir, 'api.json'), 'utf8')) ?? {});
    return gateway;
  }

  /** Base URL of the gateway, from its output. */
  get url(): string {
    return /Airbyte Ingestion API: (\S+) /.exec(this.output)?.[1] ?? '';
  }

  /** Creates source, destination and ingestion. Returns the id of the ingestion. */
  async connect(source: JsonObject, destination: JsonObject, stream: string): Promise<string> {
    const [sourceId, destinationId] = [
      await this.createActor('/sources', 'input', source, 'sourceId'),
      await this.createActor('/destinations', 'out', destination, 'destinationId'),
    ];
    const streams = [{ name: stream, syncMode: 'full_refresh_overwrite' }];
    const ingestion = { name: 'input to out', sourceId, destinationId, streams };
    return required(await this.send(`${this.url}/ingestion`, ingestion), 'connectionId');
  }

  /** Starts a run through the gateway. Returns its job id. */
  async sync(connectionId: string): Promise<string> {
    return required(await this.send(`${this.url}/ingestion/${connectionId}/runs`, {}), 'runId');
  }

  /** Reads a job from the embedded Airbyte. */
  async job(jobId: string): Promise<JsonObject> {
    return answerOf(await fetch(`${this.apiUrl}/jobs/${jobId}`, { headers: this.headers }));
  }

  /** Reads a status from the gateway. */
  async status(connectionId: string): Promise<void> {
    await answerOf(await fetch(`${this.url}/ingestion/${connectionId}/status`));
  }

  /** Usage of the gateway's process, which the engine runs in; null if it has ended. */
  usage(): ProcessUsage | null {
    return usageOf(String(this.child.pid));
  }

  /** Usage of its connector process that runs a command; null if there is none. */
  connectorUsage(command: 'read' | 'write'): ProcessUsage | null {
    const { pid = 0 } = this.child;
    const children = readProcess(String(pid), `task/${pid}/children`).split(' ');
    const found = children.find((child) => readProcess(child, 'cmdline').split('\0').includes(command));
    return found === undefined ? null : usageOf(found);
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private get headers(): Record<string, string> {
    const type = { 'content-type': 'application/json', connection: 'close' };
    return this.token === '' ? type : { ...type, authorization: `Bearer ${this.token}` };
  }

  private async signIn(access: JsonObject): Promise<void> {
    this.apiUrl = required(access, 'apiUrl');
    const body = {
      client_id: required(access, 'clientId'),
      client_secret: required(access, 'clientSecret'),
    };
    this.token = required(await this.send(`${this.apiUrl}/applications/token`, body), 'access_token');
  }

  private async createActor(
    path: string,
    name: string,
    configuration: JsonObject,
    idMember: string,
  ): Promise<string> {
    const body = { name, workspaceId: SAMPLE_WORKSPACE_ID, configuration };
    return required(await this.send(this.apiUrl + path, body), idMember);
  }

  private async send(url: string, body: JsonObject): Promise<JsonObject> {
    return answerOf(await fetch(url, { method: 'POST', headers: this.headers, body: JSON.stringify(body) }));
  }
}

async function answerOf(response: Response): Promise<JsonObject> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`);
  return parseObject(text) ?? {};
}

function required(object: JsonObject, member: string): string {
  const value = stringAt(object, member);
  if (value === undefined) throw new Error(`${member} is missing in ${JSON.stringify(object)}`);
  return value;
}

function usageOf(pid: string): ProcessUsage | null {
  const fields = statOf(pid);
  const peakKb = /VmHWM:\s+(\d+)/.exec(readProcess(pid, 'status'))?.[1];
  if (fields === null || peakKb === undefined) return null;
  // User and system time, in ticks of 10 ms.
  return { peakMb: Number(peakKb) / 1024, cpuS: (Number(fields[11]) + Number(fields[12])) / 100 };
}

/** The fields of /proc/<pid>/stat after the name of the program; null if the process has ended. */
function statOf(pid: string): string[] | null {
  const stat = readProcess(pid, 'stat');
  return stat === '' ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** A file of a process; empty if the process has ended. */
function readProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // A process can end at any moment.
    return '';
  }
}
