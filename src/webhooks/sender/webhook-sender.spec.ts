import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { LookupFunction } from 'node:net';
import { systemClock } from '../../lib/clock';
import { ReceiverRules } from './receiver-rules';
import { type Attempt, WebhookSender } from './webhook-sender';

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok';

/** A server that answers with bytes, and counts its connections. */
class RawReceiver {
  connections = 0;
  answer = ANSWER;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(this.answer));
    });
  }

  static async start(): Promise<RawReceiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RawReceiver(server);
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** A name server that gives one answer after another, and the last one for ever. */
function resolver(
  ...answers: readonly (readonly string[])[]
): LookupFunction & { readonly asked: () => number } {
  let asked = 0;
  const resolve: LookupFunction = (_name, options, callback) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? [];
    if (options.all === true)
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    else callback(null, addresses[0] ?? '', 4);
  };
  return Object.assign(resolve, { asked: () => asked });
}

describe('a message', () => {
  let receiver: RawReceiver;
  let senders: WebhookSender[] = [];

  beforeEach(async () => {
    receiver = await RawReceiver.start();
  });
  afterEach(async () => {
    await Promise.all(senders.map((sender) => sender.close()));
    senders = [];
    await receiver.close();
  });

  function senderWith(
    allowed: readonly string[],
    resolve?: LookupFunction,
    attemptMs?: number,
  ): WebhookSender {
    const sender = new WebhookSender(new ReceiverRules(allowed), systemClock, { resolve, attemptMs });
    senders.push(sender);
    return sender;
  }

  function send(sender: WebhookSender, host: string): Promise<Attempt> {
    const url = `http://${host}:${receiver.port}/`;
    return sender.send({ url, headers: {}, body: '{}', signal: new AbortController().signal });
  }

  it('is sent to a name whose address is allowed', async () => {
    const sender = senderWith(['127.0.0.0/8'], resolver(['127.0.0.1']));
    expect(await send(sender, 'hooks.example.com')).toMatchObject({ fault: null, statusCode: 200 });
  });

  it('reaches no internal address if the name changes its address after it was resolved', async () => {
    const changing = resolver(['192.0.2.1'], ['127.0.0.1']);
    const sender = senderWith(['192.0.2.0/24'], changing, 300);
    // The first answer is allowed and nobody listens there. Every later answer is internal.
    await send(sender, 'rebinding.example.com');
    expect(changing.asked()).toBe(1);
    for (let time = 0; time < 5; time++)
      expect(await send(sender, 'rebinding.example.com')).toMatchObject({ fault: 'address_not_allowed' });
    expect(receiver.connections).toBe(0);
  });

  it('connects to the address that was checked, and asks for no other one', async () => {
    const changing = resolver(['127.0.0.1'], ['127.0.0.2']);
    const sender = senderWith(['127.0.0.1'], changing);
    expect(await send(sender, 'rebinding.example.com')).toMatchObject({ fault: null });
    expect(changing.asked()).toBe(1);
    expect(await send(sender, 'rebinding.example.com')).toMatchObject({ fault: 'address_not_allowed' });
    expect(receiver.connections).toBe(1);
  });

  it('is not sent if one of several addresses is internal', async () => {
    const sender = senderWith([], resolver(['8.8.8.8', '127.0.0.1']));
    expect(await send(sender, 'mixed.example.com')).toMatchObject({ fault: 'address_not_allowed' });
    expect(receiver.connections).toBe(0);
  });

  it.each([
    '127.0.0.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f.1',
    '127.1',
    '127.0.0.1.',
    '[::ffff:127.0.0.1]',
    'localhost',
  ])('is not sent to %s', async (host) => {
    expect(await send(senderWith([]), host)).toMatchObject({ fault: 'address_not_allowed' });
    expect(receiver.connections).toBe(0);
  });

  it('follows no redirect', async () => {
    receiver.answer = `HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:${receiver.port}/other\r\ncontent-length: 0\r\n\r\n`;
    const sender = senderWith(['127.0.0.1']);
    expect(await send(sender, '127.0.0.1')).toMatchObject({ fault: 'status', statusCode: 307 });
    expect(receiver.connections).toBe(1);
  });

  it.each([
    ['no answer', '', 'timeout', null],
    ['half an answer', 'HTTP/1.1 200 OK\r\n', 'timeout', null],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'dropped', null],
    ['too large headers', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 'dropped', null],
    [
      'an endless body',
      `HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n${'x'.repeat(30_000)}`,
      null,
      200,
    ],
  ])('that gets %s ends', async (_name, answer, fault, statusCode) => {
    receiver.answer = answer;
    const sender = senderWith(['127.0.0.1'], undefined, 300);
    expect(await send(sender, '127.0.0.1')).toMatchObject({ fault, statusCode });
  });

  it('says that nobody listens', async () => {
    const sender = senderWith(['127.0.0.1']);
    const message = {
      url: 'http://127.0.0.1:1/',
      headers: {},
      body: '{}',
      signal: new AbortController().signal,
    };
    expect(await sender.send(message)).toMatchObject({ fault: 'unreachable' });
  });
});
