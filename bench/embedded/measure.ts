import { wait } from '../load';
import type { EmbeddedGateway, ProcessUsage } from './embedded-gateway';
import { destinationOf, sourceOf, type World } from './pairs';

const BETWEEN_READS_MS = 50;
const NO_USAGE: ProcessUsage = { cpuS: 0, peakMb: 0 };

/** The last usage of each process. */
export type Usages = Record<'source' | 'engine' | 'destination' | 'server', ProcessUsage>;

export interface Measured {
  readonly seconds: number;
  readonly usages: Usages;
  /** Latencies of reads of the job from the embedded API. */
  readonly embeddedMs: readonly number[];
  /** Latencies of reads of the status from the gateway. */
  readonly gatewayMs: readonly number[];
}

/** Measures one sync to a new place, and the latency of reads during the sync. */
export async function measure(
  gateway: EmbeddedGateway,
  source: string,
  destination: string,
  world: World,
  round: number,
): Promise<Measured> {
  const { config, stream } = sourceOf(source);
  const connectionId = await gateway.connect(config(world), destinationOf(destination)(world, round), stream);
  const engineBefore = gateway.usage() ?? NO_USAGE;
  const serverBeforeS = world.postgres?.cpuSeconds() ?? 0;
  const startedAtMs = performance.now();
  const jobId = await gateway.sync(connectionId);
  const { job, usages, ...latencies } = await follow(gateway, jobId, connectionId);
  const seconds = (performance.now() - startedAtMs) / 1000;
  if (job['status'] !== 'succeeded' || job['rowsSynced'] !== world.rows)
    throw new Error(`${source} to ${destination}: ${JSON.stringify(job)}\n${gateway.output}`);
  const engine = { ...usages.engine, cpuS: usages.engine.cpuS - engineBefore.cpuS };
  const server = { cpuS: (world.postgres?.cpuSeconds() ?? 0) - serverBeforeS, peakMb: 0 };
  return { seconds, usages: { ...usages, engine, server }, ...latencies };
}

/** Reads job and status until the job ends. The gateway may answer from its memory, the embedded Airbyte does not. */
async function follow(
  gateway: EmbeddedGateway,
  jobId: string,
  connectionId: string,
): Promise<Omit<Measured, 'seconds'> & { readonly job: Record<string, unknown> }> {
  const usages: Usages = { source: NO_USAGE, engine: NO_USAGE, destination: NO_USAGE, server: NO_USAGE };
  const [embeddedMs, gatewayMs]: [number[], number[]] = [[], []];
  for (;;) {
    await wait(BETWEEN_READS_MS);
    const startedAtMs = performance.now();
    const job = await gateway.job(jobId);
    const readAtMs = performance.now();
    await gateway.status(connectionId);
    embeddedMs.push(readAtMs - startedAtMs);
    gatewayMs.push(performance.now() - readAtMs);
    usages.engine = gateway.usage() ?? usages.engine;
    usages.source = gateway.connectorUsage('read') ?? usages.source;
    usages.destination = gateway.connectorUsage('write') ?? usages.destination;
    if (job['status'] === 'succeeded' || job['status'] === 'failed')
      return { job, usages, embeddedMs, gatewayMs };
  }
}
