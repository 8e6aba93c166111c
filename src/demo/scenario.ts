import { setTimeout as pause } from 'node:timers/promises';
import type { IngestionClient, IngestionStatusReport } from '@airbyte-ingestion/client';
import type { DemoOptions } from './options';

const POLL_MS = 1000;

interface Followed {
  readonly label: string;
  readonly connectionId: string;
  readonly hasSchedule: boolean;
}

/** Creates two ingestions, waits for the first sync of both, checks their status and deletes them. */
export async function runDemoScenario(
  gateway: IngestionClient,
  options: DemoOptions,
  say: (line: string) => void,
): Promise<void> {
  const ready = await gateway.http.GET('/health/ready');
  if (!ready.data) throw new Error(`the gateway is not ready: ${JSON.stringify(ready.error)}`);
  const created: Followed[] = [];
  try {
    created.push(await create(gateway, options, 'every minute', '* * * * *'));
    created.push(await create(gateway, options, 'on demand', null));
    for (const { label, connectionId } of created) say(`created "${label}": ${connectionId}`);
    await startOnDemand(gateway, created, say);
    const outcomes = await Promise.all(created.map((one) => follow(gateway, one, options.timeoutMs, say)));
    for (const outcome of outcomes) say(outcome);
  } finally {
    for (const { connectionId } of created) await gateway.delete(connectionId);
    say('deleted both again');
  }
}

async function create(
  gateway: IngestionClient,
  { sourceId, destinationId }: DemoOptions,
  label: string,
  cronExpression: string | null,
): Promise<Followed> {
  const { connectionId } = await gateway.create({
    name: `Demo ${label}`,
    sourceId,
    destinationId,
    schedule: { scheduleType: cronExpression === null ? 'manual' : 'cron', cronExpression },
  });
  return { label, connectionId, hasSchedule: cronExpression !== null };
}

async function startOnDemand(
  gateway: IngestionClient,
  created: readonly Followed[],
  say: (line: string) => void,
): Promise<void> {
  for (const { label, connectionId, hasSchedule } of created) {
    if (hasSchedule) continue;
    const { runId } = await gateway.startRun(connectionId);
    say(`started "${label}": run ${runId}`);
  }
}

/** @returns a description of the first sync */
async function follow(
  gateway: IngestionClient,
  one: Followed,
  timeoutMs: number,
  say: (line: string) => void,
): Promise<string> {
  const startedAtMs = Date.now();
  let shown = '';
  for (;;) {
    const status = await gateway.status(one.connectionId);
    const [run] = (await gateway.runs(one.connectionId, { pageSize: 1 })).data;
    if (run?.status === 'failed' || run?.status === 'cancelled')
      throw new Error(`"${one.label}": run ${run.runId} ended ${run.status}`);
    if (status.lastSync !== null) return await outcome(gateway, one, status);
    const progress = `"${one.label}": ${run?.status ?? `waiting for ${String(status.nextSync)}`}`;
    if (progress !== shown) say(`${progress} (${Math.round((Date.now() - startedAtMs) / 1000)} s)`);
    shown = progress;
    if (Date.now() - startedAtMs > timeoutMs)
      throw new Error(`"${one.label}": no sync within ${timeoutMs / 1000} s`);
    await pause(POLL_MS);
  }
}

async function outcome(
  gateway: IngestionClient,
  { label, connectionId, hasSchedule }: Followed,
  { lastSync, nextSync }: IngestionStatusReport,
): Promise<string> {
  const { data } = await gateway.runs(connectionId, { pageSize: 1, status: 'succeeded' });
  const rows = data[0]?.rows ?? 0;
  if (rows === 0) throw new Error(`"${label}": succeeded but moved no rows`);
  if (hasSchedule !== (nextSync !== null)) throw new Error(`"${label}": nextSync is ${String(nextSync)}`);
  return `"${label}": ${rows} rows moved, lastSync ${String(lastSync)}, nextSync ${String(nextSync)}`;
}
