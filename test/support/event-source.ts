import { once } from 'node:events';
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import type { EventBody } from './events-bench';
import { until } from './until';

/** Reads a stream of server-sent events on a connection of its own. */
export class EventSourceReader {
  text = '';
  hasEnded = false;

  private constructor(
    private readonly request: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
    response.once('close', () => (this.hasEnded = true));
    response.once('error', () => (this.hasEnded = true));
  }

  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventSourceReader> {
    const request = get(url, { headers, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    request.on('error', () => undefined);
    return new EventSourceReader(request, response);
  }

  get events(): readonly EventBody[] {
    return this.blocks().flatMap((block) => {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      return data === undefined ? [] : [JSON.parse(data) as EventBody];
    });
  }

  /** Value for `Last-Event-ID` of the next request. */
  get lastId(): string {
    return [...this.text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';
  }

  async seen(type: string): Promise<EventBody> {
    return until(type, () => this.events.find((event) => event.type === type));
  }

  close(): void {
    this.request.destroy();
  }

  /** Complete blocks only. */
  private blocks(): readonly string[] {
    return this.text.split('\n\n').slice(0, -1);
  }
}
