import { connect, type Socket } from 'node:net';

/** Requests of one kind, each for an id or a name that nobody asked for before. */
export interface Work {
  readonly request: () => string;
  /** The status that every answer must have. */
  readonly status: number;
}

export interface Load {
  readonly port: number;
  readonly work: Work;
  readonly connections: number;
  /** Left out of the figures: all connections begin at once. */
  readonly settleMs: number;
  readonly measureMs: number;
}

export interface Measured {
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
  /** Answers with another status. */
  readonly wrong: number;
}

/** Keeps every connection busy with one request after another. Bare sockets, so that it costs little beside what it measures. */
export async function drive(load: Load, onMeasure: () => Promise<void>): Promise<Measured> {
  const run = { latenciesMs: [] as number[], wrong: 0, isMeasuring: false, isOver: false };
  const lanes = Array.from({ length: load.connections }, () => lane(load, run));
  await wait(load.settleMs);
  await onMeasure();
  run.isMeasuring = true;
  const startedAt = performance.now();
  await wait(load.measureMs);
  run.isMeasuring = false;
  const elapsedMs = performance.now() - startedAt;
  await onMeasure();
  run.isOver = true;
  await Promise.all(lanes);
  return { latenciesMs: run.latenciesMs, elapsedMs, wrong: run.wrong };
}

interface Run {
  readonly latenciesMs: number[];
  wrong: number;
  isMeasuring: boolean;
  isOver: boolean;
}

function lane({ port, work }: Load, run: Run): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let sentAt = 0;
    const send = (): void => {
      sentAt = performance.now();
      socket.write(work.request());
    };
    onAnswers(socket, (status) => {
      if (status !== work.status) run.wrong++;
      else if (run.isMeasuring) run.latenciesMs.push(performance.now() - sentAt);
      if (run.isOver) socket.end();
      else send();
    });
    socket.on('connect', send).on('error', reject);
    socket.on('close', () => {
      resolve();
    });
  });
}

/** Calls back with the status of each answer, once it is there to its last byte. Every contender sends `Content-Length`. */
export function onAnswers(socket: Socket, callback: (status: number) => void): void {
  let pending = '';
  socket.on('data', (chunk: Buffer) => {
    pending += chunk.toString('latin1');
    const headEnd = pending.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(pending)?.[1];
    if (pending.length < headEnd + 4 + Number(length ?? 0)) return;
    const status = Number(pending.slice(9, 12));
    pending = '';
    callback(status);
  });
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
