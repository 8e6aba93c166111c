import { setTimeout as pause } from 'node:timers/promises';
import { asObject, type GatewayClient, type Json, textOf } from './gateway.client';
import type { DemoOptions } from './options';

const POLL_MS = 1000;

interface Followed {
  readonly label: string;
  readonly connectionId: string;
  readonly hasSchedule: boolean;
}

interface Outcome {
  readonly rows: number;
  readonly lastSync: string;
  readonly nextSync: string | null;
}

/** Creates two ingestions, follows both to their first sync, checks what the gateway says of them, deletes them. */
export async function tellStory(
  gateway: GatewayClient,
  options: DemoOptions,
  say: (line: string) => void,
): Promise<void> {
  await gateway.call('GET', '/health/ready', 200);
  const created: Followed[] = [];
  try {
    created.push(await create(gateway, options, 'every minute', '* * * * *'));
    created.push(await create(gateway, options, 'on demand', null));
    for (const { label, connectionId } of created) say(`created "${label}": ${connectionId}`);
    await startOnDemand(gateway, created, say);
    const outcomes = await Promise.all(created.map((one) => follow(gateway, one, options.timeoutMs, say)));
    created.forEach((one, index) => {
      say(summary(one, outcomes[index]));
    });
  } finally {
    for (const { connectionId } of created) await gateway.call('DELETE', `/ingestion/${connectionId}`, 204);
    say('deleted both again');
  }
}

async function create(
  gateway: GatewayClient,
  { sourceId, destinationId }: DemoOptions,
  label: string,
  cronExpression: string | null,
): Promise<Followed> {
  const schedule =
    cronExpression === null ? { scheduleType: 'manual' } : { scheduleType: 'cron', cronExpression };
  const ingestion = await gateway.call('POST', '/ingestion', 201, {
    name: `Demo ${label}`,
    sourceId,
    destinationId,
    schedule,
  });
  return { label, connectionId: textOf(ingestion, 'connectionId'), hasSchedule: cronExpression !== null };
}

async function startOnDemand(
  gateway: GatewayClient,
  created: readonly Followed[],
  say: (line: string) => void,
): Promise<void> {
  for (const { label, connectionId, hasSchedule } of created) {
    if (hasSchedule) continue;
    const run = await gateway.call('POST', `/ingestion/${connectionId}/runs`, 202, {});
    say(`started "${label}": run ${textOf(run, 'runId')}`);
  }
}

async function follow(
  gateway: GatewayClient,
  one: Followed,
  timeoutMs: number,
  say: (line: string) => void,
): Promise<Outcome> {
  const startedAtMs = Date.now();
  let shown = '';
  for (;;) {
    const status = await gateway.call('GET', `/ingestion/${one.connectionId}/status`, 200);
    const run = await newestRun(gateway, one);
    if (run?.['status'] === 'failed' || run?.['status'] === 'cancelled') {
      throw new Error(`"${one.label}": run ${textOf(run, 'runId')} ended ${textOf(run, 'status')}`);
    }
    if (typeof status['lastSync'] === 'string') return await outcome(gateway, one, status);
    const progress = `"${one.label}": ${run ? textOf(run, 'status') : `waiting for ${String(status['nextSync'])}`}`;
    if (progress !== shown) say(`${progress} (${Math.round((Date.now() - startedAtMs) / 1000)} s)`);
    shown = progress;
    if (Date.now() - startedAtMs > timeoutMs)
      throw new Error(`"${one.label}": no sync within ${timeoutMs / 1000} s`);
    await pause(POLL_MS);
  }
}

async function newestRun(gateway: GatewayClient, one: Followed, filter = ''): Promise<Json | null> {
  const page = await gateway.call('GET', `/ingestion/${one.connectionId}/runs?pageSize=1${filter}`, 200);
  const first: unknown = Array.isArray(page['data']) ? page['data'][0] : undefined;
  return first === undefined ? null : asObject(first);
}

async function outcome(gateway: GatewayClient, one: Followed, status: Json): Promise<Outcome> {
  const run = await newestRun(gateway, one, '&status=succeeded');
  const rows = run?.['rows'];
  if (typeof rows !== 'number' || rows === 0) throw new Error(`"${one.label}": succeeded but moved no rows`);
  const nextSync = status['nextSync'];
  if (one.hasSchedule !== (typeof nextSync === 'string')) {
    throw new Error(`"${one.label}": nextSync is ${JSON.stringify(nextSync)}`);
  }
  return {
    rows,
    lastSync: textOf(status, 'lastSync'),
    nextSync: typeof nextSync === 'string' ? nextSync : null,
  };
}

function summary(one: Followed, result: Outcome | undefined): string {
  if (!result) return `"${one.label}": no outcome`;
  return `"${one.label}": ${result.rows} rows moved, lastSync ${result.lastSync}, nextSync ${result.nextSync ?? 'null'}`;
}
