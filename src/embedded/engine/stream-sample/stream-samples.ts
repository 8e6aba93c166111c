import { canonicalJson } from '../../platform/json';
import type { DiscoveredStream } from '../../protocol/messages';
import type { Actor } from '../../store/actors';
import { CommandError, type ConnectorRuntimeDirs } from '../command';
import type { Connectors } from '../connectors';
import { DiscoveryError } from '../discovery-error';
import { readSample, type SampleRows } from './read-sample';
import { sampleFields, type SampleField } from './sample-row';

/** A service may need minutes for a first page. The gateway waits up to `AIRBYTE_CREATE_TIMEOUT_MS`. */
const TIMEOUT_MS = 60_000;

/** The first rows of a stream with the fields of its schema. */
export interface StreamSample extends SampleRows {
  readonly fields: readonly SampleField[];
}

/** A stream that a source does not have. */
export class UnknownStreamError extends Error {
  override readonly name = 'UnknownStreamError';
}

interface Reading {
  readonly key: string;
  readonly sample: Promise<StreamSample>;
}

/** Reads samples of streams, one at a time for each source. Equal requests at the same time share one read. */
export class StreamSamples {
  /** By the id of the source. */
  private readonly running = new Map<string, Reading>();
  private readonly closing = new AbortController();

  constructor(
    private readonly connectors: Connectors,
    private readonly runtimeDirs: ConnectorRuntimeDirs,
  ) {}

  /**
   * @param namespace null: the stream without a namespace, or the only one of this name
   * @throws UnknownStreamError, DiscoveryError if the connector fails
   */
  async read(source: Actor, name: string, namespace: string | null): Promise<StreamSample> {
    const key = canonicalJson([name, namespace, source.configuration]);
    for (;;) {
      const running = this.running.get(source.id);
      if (running?.key === key) return running.sample;
      if (running === undefined) break;
      await running.sample.catch(() => undefined);
    }
    const sample = this.start(source, name, namespace);
    this.running.set(source.id, { key, sample });
    try {
      return await sample;
    } finally {
      this.running.delete(source.id);
    }
  }

  /** Ends running connectors. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.allSettled([...this.running.values()].map(({ sample }) => sample));
  }

  private async start(source: Actor, name: string, namespace: string | null): Promise<StreamSample> {
    const { definitionId, configuration: config } = source;
    const stream = streamOf(await this.connectors.discover(source), name, namespace);
    const redactor = await this.connectors.redactorOf(definitionId, config);
    const onConfiguration = await this.connectors.configurationKeeper(source, redactor);
    try {
      const rows = await readSample(this.runtimeDirs, {
        command: this.connectors.find(definitionId)?.command ?? [],
        config,
        stream,
        timeoutMs: TIMEOUT_MS,
        redact: (text) => this.connectors.reported(redactor, text),
        onConfiguration,
        signal: this.closing.signal,
      });
      return { ...rows, fields: sampleFields(stream.jsonSchema) };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new DiscoveryError('connector', error.message);
    }
  }
}

function streamOf(
  streams: readonly DiscoveredStream[],
  name: string,
  namespace: string | null,
): DiscoveredStream {
  const sameName = streams.filter((stream) => stream.name === name);
  const found =
    sameName.find((stream) => stream.namespace === namespace) ??
    (namespace === null && sameName.length === 1 ? sameName[0] : undefined);
  if (found !== undefined) return found;
  const namespaces = sameName.map((stream) => stream.namespace ?? '').join(', ');
  throw new UnknownStreamError(
    sameName.length === 0
      ? `The source has no stream ${JSON.stringify(name)}.`
      : `The source has the stream ${JSON.stringify(name)} only in these namespaces: ${namespaces}.`,
  );
}
