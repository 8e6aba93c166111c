import { AirbyteError, type AirbyteErrorKind } from '../model/airbyte-errors';
import { OutageMonitor } from './outage-monitor';
import { unreachableCause } from '../transport/unreachable-cause';

const failure = (kind: AirbyteErrorKind): AirbyteError =>
  new AirbyteError(kind, kind, { operation: 'test', sent: false });

describe('outages', () => {
  function monitor(): { world: { isOpen: boolean; time: number }; outages: OutageMonitor; log: string[] } {
    const world = { isOpen: false, time: 1_000 };
    const log: string[] = [];
    const outages = new OutageMonitor(world, { monotonicMs: () => world.time }, (event) => {
      log.push(event.kind === 'began' ? `began: ${event.error.kind}` : `ended: ${event.durationMs}`);
    });
    return { world, outages, log };
  }

  it('begin with the second refused connection in a row and end with an answer, each reported once', () => {
    const { world, outages, log } = monitor();
    for (let n = 0; n < 2; n++) {
      outages.recordFailure(failure('unreachable'));
      outages.recordAnswer();
    }
    expect(log).toEqual([]);
    for (let n = 0; n < 4; n++) {
      outages.recordFailure(failure('unreachable'));
      world.time += 500;
    }
    outages.recordAnswer();
    outages.recordAnswer();
    expect(log).toEqual(['began: unreachable', 'ended: 2000']);
  });

  it('of other kinds begin when the circuit opens', () => {
    const { world, outages, log } = monitor();
    for (let n = 0; n < 4; n++) outages.recordFailure(failure('timeout'));
    expect(log).toEqual([]);
    world.isOpen = true;
    outages.recordFailure(failure('timeout'));
    expect(log).toEqual(['began: timeout']);
  });
});

describe('the cause of an unreachable Airbyte', () => {
  it.each([
    ['ECONNREFUSED', 'the connection was refused (ECONNREFUSED)'],
    ['ENOTFOUND', 'the host name cannot be resolved (ENOTFOUND)'],
    ['EAI_AGAIN', 'the host name cannot be resolved (EAI_AGAIN)'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the TLS handshake failed (DEPTH_ZERO_SELF_SIGNED_CERT)'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the TLS handshake failed (ERR_TLS_CERT_ALTNAME_INVALID)'],
    ['UND_ERR_CONNECT_TIMEOUT', 'the connection was not accepted in time (UND_ERR_CONNECT_TIMEOUT)'],
    ['ESOMETHING', 'no connection could be opened (ESOMETHING)'],
    [undefined, 'no connection could be opened'],
  ])('%s', (code, expected) => {
    expect(unreachableCause(code)).toBe(expected);
  });
});
