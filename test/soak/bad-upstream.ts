import { setTimeout as pause } from 'node:timers/promises';
import {
  errorId,
  fault,
  html,
  json,
  problem,
  type Reply,
  type ScriptedUpstream,
} from '../support/scripted-upstream';

const LATEST_MS = 1_500;
const OUTAGE_MS = 1_200;
const BETWEEN_OUTAGES_MS = 12_000;

/** Makes an Airbyte misbehave at random, until told to stop. What it answers as refused it has not done. */
export function misbehave(upstream: ScriptedUpstream, random: () => number): () => Promise<void> {
  let isOver = false;
  upstream.on('*', async (request) => {
    if (isOver) return undefined;
    const dice = random();
    if (request.operation !== 'POST /connections') return dice < 0.06 ? readFault(dice / 0.06) : undefined;
    await pause(random() * 60);
    if (dice < 0.04) return fault('reset', upstream.act(request));
    if (dice < 0.07) return fault('hang', upstream.act(request));
    if (dice < 0.1) return fault(dice < 0.085 ? 'truncate' : 'stall', upstream.act(request));
    if (dice < 0.12) {
      // Goes on after its client has left, as Airbyte does.
      setTimeout(() => upstream.act(request), random() * LATEST_MS);
      return fault(random() < 0.5 ? 'reset' : 'hang');
    }
    return dice < 0.24 ? refusal((dice - 0.12) / 0.12) : undefined;
  });
  const outages = breakDown(upstream, () => isOver);
  return () => {
    isOver = true;
    return outages;
  };
}

async function breakDown(upstream: ScriptedUpstream, isOver: () => boolean): Promise<void> {
  for (let waitedMs = 0; !isOver(); waitedMs += 200) {
    await pause(200);
    if (waitedMs < BETWEEN_OUTAGES_MS) continue;
    waitedMs = 0;
    await upstream.refuse();
    upstream.forgetTokens();
    await pause(OUTAGE_MS);
    await upstream.listen();
  }
}

function readFault(share: number): Reply {
  const faults = [
    fault('reset'),
    fault('truncate'),
    fault('hang'),
    fault('stall'),
    fault('garbage'),
    errorId(500),
    html(502),
    problem(503, 'starting'),
  ];
  return faults[Math.floor(share * faults.length)] ?? errorId(500);
}

function refusal(share: number): Reply {
  const refusals = [
    fault('reset'),
    problem(500, 'Something went wrong in the connector.'),
    problem(503, 'starting'),
    json(429, { message: 'You are being rate limited.' }),
    html(504),
  ];
  return refusals[Math.floor(share * refusals.length)] ?? errorId(500);
}
