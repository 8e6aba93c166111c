import type { AirbyteErrorKind } from '../model/airbyte-errors';
import type { CallContext } from '../model/airbyte-types';
import { CircuitBreaker } from './circuit-breaker';
import { systemClock } from '../../../lib/clock';
import { RequestRunner } from './request-runner';
import type { Operation } from '../model/operation';
import { operations } from '../model/request-builders';
import type { TransportResponse } from '../transport/transport';
import { TransportError } from '../transport/undici-request';

const READ = operations.getConnection('x');
const CREATION = operations.createConnection({
  name: 'n',
  sourceId: 's',
  destinationId: 'd',
  status: 'active',
  schedule: { scheduleType: 'manual' },
});
const HURRIED = { isHurried: true };
const GAVE_UP: CallContext = { signal: AbortSignal.abort() };

/** Makes the same exchange ten times, one after the other. */
async function circuitAfter(
  outcome: TransportError | TransportResponse,
  operation: Operation,
  { isHurried, ...context }: CallContext & { readonly isHurried?: boolean } = {},
): Promise<'open' | 'closed'> {
  let time = 0;
  const clock = { ...systemClock, now: (): Date => new Date(time++), monotonicMs: (): number => time++ };
  const breaker = new CircuitBreaker(clock);
  const send = (): Promise<TransportResponse> =>
    outcome instanceof TransportError ? Promise.reject(outcome) : Promise.resolve(outcome);
  const exchanger = new RequestRunner({ send, close: () => Promise.resolve() }, breaker, clock, undefined);
  for (let calls = 0; calls < 10; calls++) {
    const request = { operation, context, timeoutMs: 1, attempt: 1, ...(isHurried && { isHurried }) };
    await exchanger.run(request).catch((error: unknown) => error);
  }
  return breaker.isOpen ? 'open' : 'closed';
}

function status(code: number): TransportResponse {
  return { status: code, headers: { 'content-type': 'application/json' }, text: '{}' };
}

it.each([
  ['refused connections', new TransportError('unreachable', false), READ, {}, 'open'],
  ['cut connections', new TransportError('dropped', true), CREATION, {}, 'open'],
  ['reads without an answer', new TransportError('timeout', true), READ, {}, 'open'],
  ['reads that waited too long for their turn', new TransportError('timeout', true), READ, HURRIED, 'closed'],
  ['kept connections that are closed', new TransportError('dropped', true, 'CODE', true), READ, {}, 'closed'],
  ['creations without an answer', new TransportError('timeout', true), CREATION, {}, 'closed'],
  ['callers who give up', new TransportError('aborted', true), READ, GAVE_UP, 'closed'],
  ['503', status(503), READ, {}, 'open'],
  ['500', status(500), READ, {}, 'closed'],
  ['404', status(404), READ, {}, 'closed'],
  ['429', status(429), READ, {}, 'closed'],
  ['answers that are too large', new TransportError('too_large', true), READ, {}, 'closed'],
] as const)(
  'after %s in a row the circuit is as it should be',
  async (_name, outcome, operation, context, expected) => {
    expect(await circuitAfter(outcome, operation, context)).toBe(expected);
  },
);

it.each<[TransportError['failure'], AirbyteErrorKind]>([
  ['unreachable', 'unreachable'],
  ['dropped', 'dropped'],
  ['timeout', 'timeout'],
  ['aborted', 'timeout'],
  ['too_large', 'misbehaving'],
  ['garbled', 'misbehaving'],
])('a transport that fails with %s is reported as %s, by method and path', async (failure, kind) => {
  const breaker = new CircuitBreaker(systemClock);
  const send = (): Promise<TransportResponse> => Promise.reject(new TransportError(failure, true, 'CODE'));
  const exchanger = new RequestRunner(
    { send, close: () => Promise.resolve() },
    breaker,
    systemClock,
    undefined,
  );
  const call = exchanger.run({ operation: READ, context: {}, timeoutMs: 1, attempt: 1 });
  await expect(call).rejects.toMatchObject({ kind, operation: 'getConnection', sent: true });
  await expect(call).rejects.toThrow(/^GET \/connections\/x: .* \(CODE\)$/);
});
