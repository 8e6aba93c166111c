import { type GatewayEvent, isProblem } from '@airbyte-ingestion/client';
import type { Session } from './session';

const PAUSES_MS = [1000, 2000, 5000, 15_000] as const;

interface Feed {
  readonly onEvent: (event: GatewayEvent) => void;
  /** `isGap`: events may have been missed, so that everything has to be read again. */
  readonly onOpen: (isGap: boolean) => void;
  readonly onClose: () => void;
}

/** Follows the event log and connects again after a failure, until the signal aborts. */
export async function followEvents(session: Session, signal: AbortSignal, feed: Feed): Promise<void> {
  let lastId: string | null = null;
  for (let failures = 0; !signal.aborted;) {
    try {
      const header: Record<string, string> = lastId === null ? {} : { 'Last-Event-ID': lastId };
      const { data, error } = await session.client.http.GET('/events/stream', {
        params: { header },
        parseAs: 'stream',
        signal,
      });
      if (!data) throw new Error('no stream', { cause: error });
      feed.onOpen(lastId === null);
      failures = 0;
      for await (const { id, text } of messages(data)) {
        if (id !== '') lastId = id;
        const event = text === '' ? null : eventOf(text);
        if (event) feed.onEvent(event);
      }
    } catch (error) {
      // The log no longer has the position, or the connection was lost.
      if (isProblem(error)) lastId = null;
      failures += 1;
    }
    feed.onClose();
    await pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 0, signal);
  }
}

interface Message {
  readonly id: string;
  readonly text: string;
}

/** Server-sent events (HTML Standard, 9.2). The gateway writes one line of data for each. */
async function* messages(stream: ReadableStream<Uint8Array>): AsyncGenerator<Message, void> {
  const reader = stream
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield { id: fieldOf(block, 'id'), text: fieldOf(block, 'data') };
  }
}

function fieldOf(block: string, name: string): string {
  const line = block.split('\n').find((one) => one.startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim() ?? '';
}

function eventOf(text: string): GatewayEvent | null {
  const parsed: unknown = JSON.parse(text);
  const isEvent =
    typeof parsed === 'object' && parsed !== null && 'connectionId' in parsed && 'type' in parsed;
  return isEvent ? (parsed as GatewayEvent) : null; // the gateway sends events of its API description
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
