import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { DESTINATION_ID, SOURCE_ID } from '../support/scripted-upstream';

const LANES = 3;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
}

/** The results of the honest caller. */
export interface Course {
  /** Time of the gateway from each request to its answer, in milliseconds, longest first. */
  readonly worksMs: readonly number[];
  /** Answers that were not the right ones. */
  readonly wrong: readonly string[];
}

/** Makes the same requests each time and knows the right answer to each. */
export class HonestCaller {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly url: string,
    private readonly key: string | null,
    private readonly connectionId: string,
    /** CPU time of the gateway. Elapsed time would depend on what else the machine does. */
    private readonly workMs: () => number,
  ) {}

  async run(requests: number): Promise<Course> {
    const worksMs: number[] = [];
    const wrong: string[] = [];
    const steps = [...this.steps()];
    let sent = 0;
    const lane = async (): Promise<void> => {
      while (sent < requests) {
        const step = steps[sent++ % steps.length];
        const before = this.workMs();
        const fault = await step?.().catch((error: unknown) => String(error));
        worksMs.push(this.workMs() - before);
        if (typeof fault === 'string') wrong.push(fault);
      }
    };
    // One after the other, and never at a rate: a busy machine answers fewer in the same time.
    await Promise.all(Array.from({ length: LANES }, lane));
    return { worksMs: worksMs.sort((a, b) => b - a), wrong };
  }

  close(): void {
    this.agent.destroy();
  }

  private *steps(): Iterable<() => Promise<string | null>> {
    const of = `/ingestion/${this.connectionId}`;
    const isOurs = ({ body }: Answer): boolean => body['connectionId'] === this.connectionId;
    yield () => this.expect('GET', `${of}/status`, 200, isOurs);
    yield () => this.expect('GET', '/health/ready', 200, ({ body }) => body['status'] === 'ok');
    yield () => this.expect('GET', of, 200, isOurs);
    yield () => this.expect('GET', '/ingestion?pageSize=5', 200, ({ body }) => isFull(body['data'], 5));
    yield () => this.expect('GET', '/health/live', 200, ({ body }) => body['status'] === 'ok');
    yield () => this.expect('GET', `${of}/runs?pageSize=5`, 200, ({ body }) => isFull(body['data'], 1));
    yield () => this.preview();
    yield () => this.createTwice();
    yield () => this.expect('GET', `/ingestion/${randomUUID()}`, 404, codeIs('ingestion-not-found'));
  }

  private preview(): Promise<string | null> {
    const schedule = { scheduleType: 'cron', cronExpression: '0 2 * * *' };
    const isRight = ({ body }: Answer): boolean => isFull(body['nextSyncs'], 5);
    return this.expect('POST', '/schedule/preview', 200, isRight, { body: { schedule } });
  }

  /** One creation, sent again with its key. */
  private async createTwice(): Promise<string | null> {
    const body = { name: `Orders ${randomUUID()}`, sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
    const key = randomUUID();
    let created: unknown;
    const first = await this.expect(
      'POST',
      '/ingestion',
      201,
      (answer) => typeof (created = answer.body['connectionId']) === 'string',
      { body, key },
    );
    const isSame = (answer: Answer): boolean =>
      answer.body['connectionId'] === created && answer.headers['idempotency-replayed'] === 'true';
    return first ?? this.expect('POST', '/ingestion', 201, isSame, { body, key });
  }

  private async expect(
    method: string,
    path: string,
    status: number,
    isRight: (answer: Answer) => boolean,
    sent: { readonly body?: object; readonly key?: string } = {},
  ): Promise<string | null> {
    const answer = await this.send(method, path, sent);
    if (answer.status === status && isRight(answer)) return null;
    return `${method} ${path} → ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`;
  }

  private send(
    method: string,
    path: string,
    { body, key }: { readonly body?: object; readonly key?: string },
  ): Promise<Answer> {
    const headers = {
      ...(this.key !== null && { 'x-api-key': this.key }),
      ...(body && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    };
    return new Promise((resolve, reject) => {
      const sending = request(this.url + path, { method, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
        response.on('end', () => {
          const parsed = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed });
        });
      });
      sending.on('error', reject).end(body && JSON.stringify(body));
    });
  }
}

function isFull(list: unknown, count: number): boolean {
  return Array.isArray(list) && list.length === count;
}

function codeIs(code: string): (answer: Answer) => boolean {
  return ({ body }) => body['code'] === code;
}
