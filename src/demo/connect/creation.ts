import type { ConnectorInput, IngestionClient, ScheduleInput } from '@airbyte-ingestion/client';
import { reasonOf } from '../reason';
import { AnswerError, InterruptedError, type Answers } from './answers';
import { curlOf } from './curl';

interface Context {
  readonly url: string;
  readonly hasKey: boolean;
  readonly answers: Answers;
  readonly write: (text: string) => void;
}

/** Creates a source, a destination and an ingestion, and records what exists if the program ends early. */
export class Creation {
  /** The same requests as curl commands. */
  readonly commands: string[] = [];
  /** Paths of what was created, the newest first, which is the order of deletion. */
  private readonly created: string[] = [];
  /** The kind of the creation whose answer has not arrived. */
  private pending: string | null = null;

  constructor(
    private readonly client: IngestionClient,
    private readonly context: Context,
  ) {}

  /** Returns the id of the ingestion. */
  async create(
    source: ConnectorInput,
    destination: ConnectorInput,
    name: string,
    schedule: ScheduleInput | null,
  ): Promise<string> {
    // The first Ctrl-C waits for the answer, so that it is known what was created.
    const options = { signal: this.context.answers.interruptedTwice };
    const { connectors } = this.client;
    const sourceId = await this.one('source', '/sources', source, async () => {
      return (await connectors.createSource(source, options)).sourceId;
    });
    const destinationId = await this.one('destination', '/destinations', destination, async () => {
      return (await connectors.createDestination(destination, options)).destinationId;
    });
    const request = { name, sourceId, destinationId, ...(schedule && { schedule }) };
    return this.one('ingestion', '/ingestion', request, async () => {
      return (await this.client.create(request, options)).connectionId;
    });
  }

  /** Starts a run and waits for its end. */
  async load(connectionId: string): Promise<void> {
    const { answers, write } = this.context;
    const signal = answers.interrupted;
    this.note(`/ingestion/${connectionId}/runs`, null);
    const { runId } = await this.client.startRun(connectionId, { signal });
    write(`The run is ${runId}. It continues if you end this program.\n`);
    const { status, rows, failure } = await this.client.waitForRun(connectionId, runId, { signal });
    if (status !== 'succeeded')
      throw new AnswerError(`The run ${status}: ${failure?.message ?? 'no reason is known'}`);
    write(`${rows ?? 0} rows were loaded.\n`);
  }

  /** Runs work. Its errors also name what was created before. */
  async named(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isInterrupted = this.context.answers.interrupted.aborted || error instanceof InterruptedError;
      const reason = isInterrupted ? 'The program was interrupted.' : reasonOf(error);
      const message = [reason, ...this.remains()].join('\n');
      throw isInterrupted ? new InterruptedError(message) : new AnswerError(message, { cause: error });
    }
  }

  private async one(kind: string, path: string, body: object, send: () => Promise<string>): Promise<string> {
    const { answers, write } = this.context;
    if (answers.interrupted.aborted) throw new InterruptedError();
    this.note(path, body);
    this.pending = kind;
    const id = await send();
    this.pending = null;
    this.created.unshift(`${path}/${id}`);
    write(`The ${kind} is ${id}.\n`);
    return id;
  }

  private note(path: string, body: object | null): void {
    this.commands.push(curlOf(this.context.url, path, body, this.context.hasKey));
  }

  private remains(): string[] {
    const isUnknown = this.pending !== null && this.context.answers.interruptedTwice.aborted;
    const unknown = isUnknown ? [`The ${this.pending ?? ''} may have been created.`] : [];
    if (this.created.length === 0) return unknown;
    const key = this.context.hasKey ? ' -H "X-API-Key: $KEY"' : '';
    const commands = this.created.map((path) => `curl -s -X DELETE ${this.context.url}${path}${key}`);
    return [...unknown, 'These commands delete what was created:', ...commands];
  }
}
