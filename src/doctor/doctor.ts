import { detectCapabilities, detectScheduleWrites } from '../airbyte/capabilities/capability-detection';
import type { AirbyteClient } from '../airbyte/client/airbyte.client';
import { AirbyteError } from '../airbyte/client/model/airbyte-errors';
import type { AirbyteConnection } from '../airbyte/client/model/airbyte-types';
import { MIN_SKEW_MS } from '../airbyte/client/resilience/upstream-clock';
import { InternalClient } from '../airbyte/internal/internal-client';
import type { CapabilityState } from '../airbyte/internal/capability';
import type { AirbyteCredentials, AirbyteSettings } from '../config/settings-types';

/** `off`: not available, and not required. */
type Verdict = 'ok' | 'warning' | 'failed' | 'off' | 'unknown';

/** One line of the report. */
export interface Finding {
  readonly verdict: Verdict;
  readonly subject: string;
  readonly detail: string;
}

/** Reads for the latency, one after the other. */
const READS = 5;
/** A slower Airbyte makes statuses slow. */
const SLOW_MS = 2000;

const CAPABILITY_VERDICTS: Readonly<Record<CapabilityState, Verdict>> = {
  on: 'ok',
  off: 'off',
  unknown: 'unknown',
};

const APPLICATION = 'AIRBYTE_CLIENT_ID and AIRBYTE_CLIENT_SECRET';

/**
 * Probes an Airbyte installation with reads only: health, sign-in, lists, the internal API, latency and clock. No probe runs
 * a connector.
 */
export async function* examine(
  client: AirbyteClient,
  settings: AirbyteSettings,
): AsyncGenerator<Finding, void, undefined> {
  yield await probe('health', async () => {
    await client.health();
    return 'Airbyte is healthy';
  });
  let newest: AirbyteConnection | undefined;
  const readable = await probe(
    'public API',
    async () => {
      const page = await client.listConnections({ limit: 1, offset: 0 });
      newest = page[0];
      return `signed in; ${newest ? 'connections can be read' : 'there are no connections'}`;
    },
    signInAdvice(settings.credentials),
  );
  yield readable;
  if (readable.verdict === 'failed') return;
  yield* examineInternalApi(client, settings, newest);
  yield await probe('latency', () => measureLatency(client));
  yield clockFinding(client.caller.upstreamClock.aheadMs);
}

async function* examineInternalApi(
  client: AirbyteClient,
  settings: AirbyteSettings,
  newest: AirbyteConnection | undefined,
): AsyncGenerator<Finding, void, undefined> {
  const internal = new InternalClient(client, settings);
  if (settings.usesInternalApi) await detectScheduleWrites(internal, {});
  if (newest && settings.usesInternalApi) {
    const { connectionId, createdAt } = newest;
    const target = { connectionId, createdFrom: createdAt ?? new Date(0), now: client.caller.clock.now() };
    const tried = await probe('internal API', async () => {
      await detectCapabilities(client, internal, target, {});
      return 'was tried with one connection';
    });
    if (tried.verdict === 'failed') yield tried;
  }
  for (const { capability, state, reason } of internal.caller.capabilities())
    yield { verdict: CAPABILITY_VERDICTS[state], subject: capability, detail: reason ?? 'works' };
}

/** Names the settings that a rejected sign-in depends on. */
function signInAdvice({ kind }: AirbyteCredentials): string {
  switch (kind) {
    case 'none':
      return `Airbyte requires credentials: set ${APPLICATION}, or AIRBYTE_TOKEN.`;
    case 'client':
      return `Check ${APPLICATION}.`;
    case 'token':
      return 'Check AIRBYTE_TOKEN, which may have expired.';
    case 'basic':
      return `Check AIRBYTE_USERNAME and AIRBYTE_PASSWORD. From version 2.2 on, Airbyte does not accept them: set ${APPLICATION} instead.`;
  }
}

/** @param advice for credentials that Airbyte rejects */
async function probe(subject: string, run: () => Promise<string>, advice?: string): Promise<Finding> {
  try {
    return { verdict: 'ok', subject, detail: await run() };
  } catch (error) {
    if (!(error instanceof AirbyteError)) throw error;
    const isRejected = error.kind === 'unauthorized' || error.kind === 'forbidden';
    const detail = isRejected && advice !== undefined ? `${error.message}. ${advice}` : error.message;
    return { verdict: 'failed', subject, detail };
  }
}

async function measureLatency(client: AirbyteClient): Promise<string> {
  const { clock } = client.caller;
  const durationsMs: number[] = [];
  for (let read = 0; read < READS; read++) {
    const startedAt = clock.monotonicMs();
    await client.listConnections({ limit: 1, offset: 0 });
    durationsMs.push(clock.monotonicMs() - startedAt);
  }
  const sorted = durationsMs.sort((a, b) => a - b).map(Math.round);
  const median = sorted[Math.floor(READS / 2)] ?? 0;
  const slow = median > SLOW_MS ? ': statuses will be slow' : '';
  return `${median} ms median and ${sorted.at(-1) ?? 0} ms maximum of ${READS} reads${slow}`;
}

function clockFinding(aheadMs: number): Finding {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  // Airbyte reports whole seconds.
  const detail =
    seconds < 2
      ? "Airbyte's clock agrees with the one of this machine"
      : `Airbyte's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the one of this machine`;
  if (Math.abs(aheadMs) < MIN_SKEW_MS) return { verdict: 'ok', subject: 'clock', detail };
  return { verdict: 'warning', subject: 'clock', detail: `${detail}: correct the wrong clock` };
}

const VERDICT_WIDTH = 8;
const SUBJECT_WIDTH = 16;

export function lineOf({ verdict, subject, detail }: Finding): string {
  return `${verdict.padEnd(VERDICT_WIDTH)} ${subject.padEnd(SUBJECT_WIDTH)} ${detail}`;
}
