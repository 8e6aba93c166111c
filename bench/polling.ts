import { connect } from 'node:net';
import type { Running, Upstream } from './contender';
import { onAnswers, wait } from './load';
import { statusRequest } from './work';

export interface Polling {
  readonly callers: number;
  readonly ids: number;
  readonly seconds: number;
}

/** Calls upstream a second while callers ask once a second each, at moments of their own, for a few ids. */
export async function poll(running: Running, upstream: Upstream, polling: Polling): Promise<number> {
  const { callers, ids, seconds } = polling;
  const stop = Array.from({ length: callers }, (_, i) => caller(running.port, i % ids, (1000 * i) / callers));
  await wait(2000);
  const before = await upstream.report();
  await wait(seconds * 1000);
  const after = await upstream.report();
  for (const end of stop) end();
  return (after - before) / seconds;
}

function caller(port: number, id: number, phaseMs: number): () => void {
  const socket = connect({ port, host: '127.0.0.1' });
  onAnswers(socket, () => undefined);
  let timer = setTimeout(() => {
    const ask = (): void => void socket.write(statusRequest(`known-${id}`));
    ask();
    timer = setInterval(ask, 1000);
  }, phaseMs);
  return () => {
    clearInterval(timer);
    socket.destroy();
  };
}
