import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import type { EventBody } from './events-bench';
import { until } from './until';

/** A message as a receiver gets it. */
export interface ReceivedMessage {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: EventBody;
}

type Reply = (message: ReceivedMessage, response: ServerResponse) => void;

/** Longest difference of the time of a message that the library accepts. */
const TOLERANCE_MS = 5 * 60_000;

/** A receiver of webhooks on a port of its own. It accepts every message unless a reply is set. */
export class HookReceiver {
  readonly messages: ReceivedMessage[] = [];
  reply: Reply = (_message, response) => response.writeHead(204).end();

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const { url = '', headers } = request;
        const message = { path: url, headers, body, event: JSON.parse(body) as EventBody };
        this.messages.push(message);
        this.reply(message, response);
      });
    });
  }

  static async start(): Promise<HookReceiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HookReceiver(server);
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the receiver does not listen');
    return `http://127.0.0.1:${address.port}/hook`;
  }

  clear(): void {
    this.messages.length = 0;
    this.reply = (_message, response) => response.writeHead(204).end();
  }

  /** Ends requests without an answer, for which a gateway that stops would wait. */
  disconnect(): void {
    this.server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.disconnect();
    this.server.close();
    await once(this.server, 'close');
  }

  of(path: string): readonly ReceivedMessage[] {
    return this.messages.filter((message) => message.path === path);
  }

  async seen(count: number, path = '/hook'): Promise<readonly ReceivedMessage[]> {
    return until(`${count} messages at ${path}`, () => {
      const found = this.of(path);
      return found.length >= count && found;
    });
  }
}

/** Whether npm `standardwebhooks` accepts the message. */
export function isVerified({ headers, body }: ReceivedMessage, secret: string): boolean {
  const webhook = new Webhook(secret);
  const texts = {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  };
  const sentAt = new Date(Number(texts['webhook-timestamp']) * 1000);
  // The clock of the gateway may have been moved.
  if (Math.abs(sentAt.getTime() - Date.now()) > TOLERANCE_MS - 10_000)
    return texts['webhook-signature'].split(' ').includes(webhook.sign(texts['webhook-id'], sentAt, body));
  try {
    webhook.verify(body, texts);
    return true;
  } catch {
    return false;
  }
}
