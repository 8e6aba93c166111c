import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** The target of the hostile caller, and its credentials. */
export interface Target {
  readonly port: number;
  /** Another one than the honest caller's: without keys, callers are told apart by it. */
  readonly localAddress: string;
  /** Null where the gateway knows no callers. */
  readonly key: string | null;
  /** Ids of ingestions that exist. */
  readonly ids: readonly string[];
  /** Requests that were sent, or begun. */
  readonly count: { sent: number };
}

interface Request {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request as it goes over the wire. */
export function text({ key }: Target, { method, path, headers = {}, body }: Request): string {
  const all: Record<string, string> = {
    host: '127.0.0.1',
    ...(key !== null && { 'x-api-key': key }),
    ...(body !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const verb = method ?? (body === undefined ? 'GET' : 'POST');
  return `${verb} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}

/** Null: the connection was refused, or ended while it was made. */
async function open(target: Target): Promise<Socket | null> {
  const socket = connect({ port: target.port, host: '127.0.0.1', localAddress: target.localAddress });
  socket.on('error', () => socket.destroy());
  const [event] = await Promise.race([
    once(socket, 'connect').then(() => ['connect']),
    once(socket, 'close').then(() => ['close']),
  ]);
  return event === 'connect' ? socket : null;
}

/** So many connections, each with one request after the other. The next begins when the answer to the last one came. */
export async function flood(
  target: Target,
  connections: number,
  next: (count: number) => string,
): Promise<void> {
  const { count } = target;
  const lane = async (): Promise<void> => {
    for (;;) {
      const socket = await open(target);
      while (socket?.destroyed === false) {
        socket.write(next(count.sent++));
        await answerOn(socket);
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
}

/** Opens so many connections, sends a text on each, reads nothing and keeps them open. */
export async function sendUnread(target: Target, connections: number, sent: string): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(target)));
  for (const socket of sockets) socket?.pause().write(sent);
  target.count.sent += sockets.length;
}

/** Opens connections and sends a text slowly on each, a few bytes at a time. */
export async function trickle(target: Target, connections: number, sent: string): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(target)));
  target.count.sent += sockets.length;
  for (let at = 0; ; at = (at + 3) % (sent.length - 3)) {
    for (const socket of sockets) if (socket?.writable) socket.write(sent.slice(at, at + 3));
    await pause(50);
  }
}

/** Opens connections without end, sends a text on each and resets it. */
export async function hangUp(target: Target, connections: number, next: () => string): Promise<void> {
  const lane = async (): Promise<void> => {
    for (;;) {
      const socket = await open(target);
      target.count.sent++;
      socket?.write(next(), () => socket.resetAndDestroy());
      if (socket && !socket.destroyed) await once(socket, 'close');
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
}

/** Resolves when an answer is there to its last byte, or the connection has ended. */
function answerOn(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    let received = 0;
    let wanted: number | null = null;
    const finish = (): void => {
      socket.off('data', take).off('close', finish);
      resolve();
    };
    const take = (chunk: Buffer): void => {
      received += chunk.length;
      wanted ??= lengthOf(chunk);
      if (received >= wanted) finish();
    };
    socket.on('data', take).once('close', finish);
  });
}

/** Of the whole answer. Its head is in its first chunk, since the gateway writes it at once. */
function lengthOf(chunk: Buffer): number {
  const head = chunk.indexOf('\r\n\r\n');
  const body = /\r\ncontent-length: *(\d+)/i.exec(chunk.toString('latin1', 0, head + 2))?.[1] ?? '0';
  return head + 4 + Number(body);
}
