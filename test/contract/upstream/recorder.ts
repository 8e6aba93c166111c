import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as send,
  type Server,
  type ServerResponse,
} from 'node:http';
import { request as sendSecurely } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Exchange } from './judge';

/** An exchange, and who began it: the gateway, its client alone, or others. */
export interface Recorded {
  readonly sender: Sender;
  readonly exchange: Exchange;
}

export type Sender = 'gateway' | 'client' | 'others';

/** Headers of the connection to this proxy; and an answer is recorded as text, not packed. */
const NOT_PASSED_ON = new Set(['host', 'connection', 'accept-encoding']);

/** A proxy in front of an Airbyte that notes what goes over the wire and changes nothing but the host. */
export class Recorder {
  readonly exchanges: Recorded[] = [];
  /** Client whose requests are recorded from now on. */
  sender: Sender = 'others';
  private readonly server: Server;
  private readonly target: URL;

  private constructor(apiUrl: string) {
    this.target = new URL(apiUrl);
    this.server = createServer((request, response) => {
      this.pass(request, response).catch((error: unknown) =>
        response.destroy(error instanceof Error ? error : undefined),
      );
    });
  }

  /** @param apiUrl base of the Airbyte that is to be recorded */
  static async start(apiUrl: string): Promise<Recorder> {
    const recorder = new Recorder(apiUrl);
    recorder.server.listen(0, '127.0.0.1');
    await once(recorder.server, 'listening');
    return recorder;
  }

  /** The base of the same API through this proxy. */
  get apiUrl(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${this.base}`;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private get base(): string {
    return this.target.pathname.replace(/\/+$/, '');
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { sender } = this;
    const requestBody = await text(request);
    const answer = await this.ask(request, requestBody);
    const answerBody = await text(answer);
    const url = new URL(request.url ?? '', this.target);
    // Airbyte's description has only the public API.
    if (url.pathname.startsWith(`${this.base}/`)) {
      const exchange: Exchange = {
        method: request.method ?? '',
        path: url.pathname.slice(this.base.length),
        query: url.searchParams,
        requestType: request.headers['content-type'] ?? '',
        requestBody,
        status: answer.statusCode ?? 0,
        answerType: answer.headers['content-type'] ?? '',
        answerBody,
      };
      this.exchanges.push({ sender, exchange });
    }
    const { 'content-type': type, 'retry-after': retryAfter } = answer.headers;
    response.writeHead(answer.statusCode ?? 0, {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    });
    response.end(answerBody);
  }

  private async ask(request: IncomingMessage, body: string): Promise<IncomingMessage> {
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !NOT_PASSED_ON.has(name)),
    );
    const options = { method: request.method, headers, agent: false } as const;
    const url = new URL(request.url ?? '', this.target);
    const outgoing = (url.protocol === 'https:' ? sendSecurely : send)(url, options);
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    outgoing.end(body);
    const [answer] = await answered;
    return answer;
  }
}
