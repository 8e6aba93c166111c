import { randomUUID } from 'node:crypto';
import {
  type Difference,
  differences,
  FEED_INTERVAL_MS,
  type MirrorBench,
  type MirrorGateway,
} from './mirror-bench';
import {
  type ConnectionRow,
  fault,
  problem,
  type Reply,
  SOURCE_ID,
  DESTINATION_ID,
} from './scripted-upstream';
import type { JobRow } from './upstream-jobs';

const CONNECTION_MAX_AGE_MS = 15_000;
const OPEN = new Set(['pending', 'queued', 'running', 'incomplete']);

export type Fault = 503 | 'reset' | 'truncate' | 'garbage';

/** An Airbyte, a gateway with a mirror of it, and a gateway that reads everything directly. */
export class MirrorWorld {
  mirror: MirrorGateway;
  private direct: MirrorGateway;
  /** All ids that were ever there, and one that was not. */
  private readonly ids: string[] = [randomUUID()];
  /** The mirror looks for removed jobs of one connection at a time. */
  private wasPruned = false;

  constructor(private readonly bench: MirrorBench) {}

  get upstream(): MirrorBench['upstream'] {
    return this.bench.upstream;
  }

  async start(): Promise<void> {
    this.direct = await this.bench.open({ FEED_INTERVAL_MS: '0', STATUS_MAX_AGE_MS: '0' });
    await this.openMirror();
  }

  async restart(): Promise<void> {
    await this.mirror.close();
    await this.openMirror();
  }

  pass(ms: number): void {
    this.bench.clock.skip(ms);
  }

  /** Compares this id too from now on. */
  know(connectionId: string): void {
    this.ids.push(connectionId);
  }

  connect(): void {
    this.know(this.upstream.state.addConnection().connectionId);
  }

  /** Creates an ingestion through the gateway with the mirror. */
  async create(): Promise<string | null> {
    const body = { name: 'Mine', sourceId: SOURCE_ID, destinationId: DESTINATION_ID };
    const answer = await this.mirror.send<{ connectionId: string }>('POST', '/ingestion', { body });
    if (answer.status !== 201) return null;
    this.know(answer.body.connectionId);
    return answer.body.connectionId;
  }

  /** Any of the connections that are there; undefined if there is none. */
  connection(n: number): ConnectionRow | undefined {
    const rows = [...this.upstream.state.connections.values()].filter(
      ({ status }) => status !== 'deprecated',
    );
    return rows[n % rows.length];
  }

  exists(connectionId: string): boolean {
    const row = this.upstream.state.connections.get(connectionId);
    return row !== undefined && row.status !== 'deprecated';
  }

  openJob(connectionId: string): JobRow | undefined {
    return this.upstream.state.history.of(connectionId).find(({ status }) => OPEN.has(status));
  }

  run(connectionId: string, status: string, rowsSynced?: number): void {
    const { state } = this.upstream;
    if (this.openJob(connectionId)) return;
    const job = state.addJob({ connectionId, status: 'pending' });
    if (OPEN.has(status)) job.status = status;
    else this.end(job, status, rowsSynced);
  }

  end(job: JobRow, status: string, rowsSynced?: number): void {
    const counts = rowsSynced === undefined ? {} : { rowsSynced, bytesSynced: 10 * rowsSynced };
    this.upstream.state.history.end(job, status, counts);
  }

  prune(hours: number): void {
    const limitMs = this.upstream.state.now().getTime() - hours * 3_600_000;
    this.upstream.state.history.prune((job) => job.createdAtMs < limitMs && !OPEN.has(job.status));
    this.wasPruned = true;
  }

  /** @param keepsConnections as after a backup of them was restored */
  reinstall(keepsConnections: boolean): void {
    const { state } = this.upstream;
    const rows = [...state.connections.values()];
    state.reinstall();
    if (keepsConnections) for (const row of rows) state.addConnection(row);
  }

  /** The next requests fail, whatever they are. */
  fail(kind: Fault, requests: number): void {
    const reply: Reply = kind === 503 ? problem(503, 'not now') : fault(kind);
    this.upstream.on('*', (_request, nth) => (nth <= requests ? reply : undefined));
  }

  /** Changes Airbyte before each of the next pages of a list. */
  shiftPages(pages: number, change: () => void): void {
    for (const operation of ['GET /jobs', 'GET /connections'])
      this.upstream.on(operation, (_request, nth) => {
        if (nth <= pages) change();
        return undefined;
      });
  }

  /** Lets so much time pass without faults that the mirror has seen everything. */
  async settle(): Promise<void> {
    for (const operation of ['*', 'GET /jobs', 'GET /connections'])
      this.upstream.on(operation, () => undefined);
    await this.mirror.tick();
    this.bench.clock.skip(CONNECTION_MAX_AGE_MS);
    await this.mirror.tick();
    if (!this.wasPruned) return;
    await this.mirror.tick(2 * this.ids.length);
    this.wasPruned = false;
  }

  /** Ids for which the mirror does not return what a direct read returns. */
  differences(): Promise<Difference[]> {
    return differences(this.mirror, this.direct, this.ids);
  }

  private async openMirror(): Promise<void> {
    this.mirror = await this.bench.open({
      FEED_INTERVAL_MS: String(FEED_INTERVAL_MS),
      CONNECTION_MAX_AGE_MS: String(CONNECTION_MAX_AGE_MS),
      STATUS_MAX_AGE_MS: '0',
    });
  }
}
