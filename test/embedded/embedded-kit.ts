import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  startEmbeddedAirbyte,
  type EmbeddedAirbyte,
  type EmbeddedAirbyteOptions,
} from '../../src/embedded/index';
import { isObject, parseObject, type JsonObject } from '../../src/embedded/platform/json';
import { until } from '../support/until';

const JOB_TIMEOUT_MS = 110_000;

/** An answer of the embedded Airbyte. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: JsonObject;
}

/** A client of the embedded Airbyte's API that signs in by itself. */
export class EmbeddedClient {
  private token: string | null = null;

  constructor(private readonly access: { apiUrl: string; clientId: string; clientSecret: string }) {}

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('GET', path, undefined, headers);
  }

  post(path: string, body: JsonObject): Promise<Answer> {
    return this.call('POST', path, body);
  }

  /** Calls an operation of Airbyte's internal API, such as `/jobs/list`. */
  internal(path: string, body: JsonObject): Promise<Answer> {
    return this.call('POST', path, body, {}, this.access.apiUrl.replace('/api/public/v1', '/api/v1'));
  }

  put(path: string, body: JsonObject): Promise<Answer> {
    return this.call('PUT', path, body);
  }

  patch(path: string, body: JsonObject): Promise<Answer> {
    return this.call('PATCH', path, body);
  }

  delete(path: string): Promise<Answer> {
    return this.call('DELETE', path);
  }

  /** Starts a sync and returns its job id. */
  async sync(connectionId: string): Promise<number> {
    const { body } = await this.post('/jobs', { connectionId, jobType: 'sync' });
    if (typeof body['jobId'] !== 'number') throw new Error(`no job: ${JSON.stringify(body)}`);
    return body['jobId'];
  }

  /** Waits until a job has one of these statuses and returns it. */
  async jobIn(jobId: number, ...statuses: string[]): Promise<JsonObject> {
    const isThere = async (): Promise<JsonObject | null> => {
      const { body } = await this.get(`/jobs/${jobId}`);
      return statuses.includes(String(body['status'])) ? body : null;
    };
    return until(`job ${jobId} to be ${statuses.join(' or ')}`, isThere, JOB_TIMEOUT_MS);
  }

  /** Creates a connection for the given ids and returns its id. */
  async connect(sourceId: string, destinationId: string, more: JsonObject = {}): Promise<string> {
    const { body } = await this.post('/connections', { sourceId, destinationId, ...more });
    if (typeof body['connectionId'] !== 'string') throw new Error(`no connection: ${JSON.stringify(body)}`);
    return body['connectionId'];
  }

  private async call(
    method: string,
    path: string,
    body?: JsonObject,
    headers: Record<string, string> = {},
    base = this.access.apiUrl,
  ): Promise<Answer> {
    this.token ??= await this.signIn();
    const response = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, connection: 'close', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: toObject(text),
    };
  }

  private async signIn(): Promise<string> {
    const { apiUrl, clientId, clientSecret } = this.access;
    const response = await fetch(`${apiUrl}/applications/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ client_id: clientId, client_secret: clientSecret }),
    });
    return String(toObject(await response.text())['access_token']);
  }
}

/** An array answer is put under `items`, a text under `text`. */
function toObject(text: string): JsonObject {
  const object = parseObject(text);
  if (object !== null) return object;
  if (!text.startsWith('[')) return { text };
  const items: unknown = JSON.parse(text);
  return { items };
}

/** An embedded Airbyte over a folder of its own, which can be stopped and started again. */
export class EmbeddedUnderTest {
  readonly log: string[] = [];
  private running: EmbeddedAirbyte | null = null;
  private offsetMs = 0;

  private constructor(
    readonly dataDir: string,
    private readonly tuning: EmbeddedAirbyteOptions['tuning'],
    private readonly more: Pick<EmbeddedAirbyteOptions, 'emptyOverwrite'>,
  ) {}

  static async start(
    prepare: (dataDir: string) => void = () => undefined,
    tuning: EmbeddedAirbyteOptions['tuning'] = {},
    more: Pick<EmbeddedAirbyteOptions, 'emptyOverwrite'> = {},
  ): Promise<EmbeddedUnderTest> {
    const dataDir = mkdtempSync(join(tmpdir(), 'embedded-'));
    prepare(dataDir);
    const embedded = new EmbeddedUnderTest(dataDir, tuning, more);
    await embedded.startAgain();
    return embedded;
  }

  /** Over a folder that is there already. */
  static async over(dataDir: string): Promise<EmbeddedUnderTest> {
    const embedded = new EmbeddedUnderTest(dataDir, {}, {});
    await embedded.startAgain();
    return embedded;
  }

  async startAgain(): Promise<EmbeddedClient> {
    const note = (message: string): void => {
      this.log.push(message);
    };
    this.running = await startEmbeddedAirbyte({
      ...this.more,
      dataDir: this.dataDir,
      tuning: this.tuning ?? {},
      log: { info: note, warn: note, error: note },
      now: () => new Date(Date.now() + this.offsetMs),
    });
    return new EmbeddedClient(this.running);
  }

  /** Its access, while it runs. */
  get access(): EmbeddedAirbyte {
    if (this.running === null) throw new Error('not running');
    return this.running;
  }

  get client(): EmbeddedClient {
    return new EmbeddedClient(this.access);
  }

  /** Moves its clock to an instant, from which it goes on. */
  setClock(to: Date): void {
    this.offsetMs = to.getTime() - Date.now();
  }

  /** Writes a file below `/local`. */
  writeLocal(path: string, content: string | Buffer): void {
    const target = join(this.dataDir, 'local', path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }

  /** The data of every record in a file that local-json wrote. */
  readOutput(path: string): unknown[] {
    const lines = readFileSync(join(this.dataDir, 'local', path), 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => parseObject(line)?.['_airbyte_data']);
  }

  async stop(): Promise<void> {
    await this.running?.close();
    this.running = null;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** The rows of a list. */
export function rowsOf(answer: Answer): JsonObject[] {
  const { data } = answer.body;
  return Array.isArray(data) ? data.filter(isObject) : [];
}
