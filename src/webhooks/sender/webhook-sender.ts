import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, request } from 'undici';
import type { Clock } from '../../lib/clock';
import type { Span, Tracer } from '../../lib/tracer';
import type { Fault } from '../webhook';
import { plainHost, type ReceiverRules } from './receiver-rules';
import { retryAfterMs } from './retry-after';

/** For the whole attempt: name resolution, connection, request and answer. */
const ATTEMPT_MS = 15_000;
const CONNECT_MS = 5000;
/** More of an answer is not read. Its content is not used. */
const MAX_ANSWER_BYTES = 16 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

/** Result of one attempt. */
export interface Attempt {
  /** Null if the receiver has accepted the message. */
  readonly fault: Fault | null;
  /** Null without an answer. */
  readonly statusCode: number | null;
  /** Pause that the receiver wants before the next attempt. */
  readonly retryAfterMs: number | null;
  readonly durationMs: number;
}

export interface OutgoingMessage {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts when the gateway stops. */
  readonly signal: AbortSignal;
}

interface SenderOptions {
  /** Records one span for each attempt; null: none. */
  readonly tracer?: Tracer | null;
  readonly resolve?: LookupFunction | undefined;
  readonly attemptMs?: number | undefined;
}

class AddressNotAllowed extends Error {
  override readonly name = 'AddressNotAllowed';
}

/**
 * Sends messages to receivers. Each new connection resolves the name once and checks the addresses that it then uses, so a
 * name whose address changes reaches no other one. It follows no redirects and uses no proxy.
 */
export class WebhookSender {
  private readonly agent: Agent;
  private readonly attemptMs: number;
  private readonly tracer: Tracer | null;

  constructor(
    rules: ReceiverRules,
    private readonly clock: Clock,
    { tracer = null, resolve = systemLookup, attemptMs = ATTEMPT_MS }: SenderOptions = {},
  ) {
    this.tracer = tracer;
    this.attemptMs = attemptMs;
    this.agent = new Agent({
      connect: guardedConnector(rules, resolve),
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: 10_000,
      keepAliveMaxTimeout: 30_000,
    });
  }

  /** Never rejects. With a tracer, the attempt is a trace of its own, which the receiver can continue. */
  async send(message: OutgoingMessage): Promise<Attempt> {
    const span = this.tracer?.begin('client', 'POST webhook', undefined);
    if (!span) return this.sendOnce(message);
    const headers = { ...message.headers, traceparent: span.traceparent };
    const attempt = await this.sendOnce({ ...message, headers });
    endSpan(span, message, attempt);
    return attempt;
  }

  private async sendOnce({ url, headers, body, signal }: OutgoingMessage): Promise<Attempt> {
    const startedAtMs = this.clock.monotonicMs();
    const limit = AbortSignal.timeout(this.attemptMs);
    const durationMs = (): number => Math.round(this.clock.monotonicMs() - startedAtMs);
    try {
      const answer = await request(url, {
        dispatcher: this.agent,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'airbyte-ingestion-api' },
        body,
        signal: AbortSignal.any([signal, limit]),
      });
      const { statusCode } = answer;
      // The status is the answer, so a body that breaks off changes nothing.
      await answer.body.dump({ limit: MAX_ANSWER_BYTES }).catch(() => undefined);
      const isAccepted = statusCode >= 200 && statusCode < 300;
      return {
        fault: isAccepted ? null : 'status',
        statusCode,
        retryAfterMs: isAccepted ? null : retryAfterMs(answer.headers['retry-after'], this.clock.now()),
        durationMs: durationMs(),
      };
    } catch (error) {
      const fault = limit.aborted ? 'timeout' : faultOf(error);
      return { fault, statusCode: null, retryAfterMs: null, durationMs: durationMs() };
    }
  }

  /** Closes all connections. Messages on their way fail. */
  close(): Promise<void> {
    return this.agent.destroy();
  }
}

/** The path of the URL is left out, since it may be a secret of the receiver. */
function endSpan(span: Span, { url, headers }: OutgoingMessage, { fault, statusCode }: Attempt): void {
  span.end({
    attributes: {
      'http.request.method': 'POST',
      'http.response.status_code': statusCode ?? undefined,
      'server.address': new URL(url).hostname,
      'airbyte_gateway.message_id': headers['webhook-id'],
    },
    error: fault,
  });
}

function guardedConnector(rules: ReceiverRules, resolve: LookupFunction): buildConnector.connector {
  const connect = buildConnector({ lookup: guardedLookup(rules, resolve), timeout: CONNECT_MS });
  return (options, callback) => {
    const host = plainHost(options.hostname);
    // Node resolves no addresses, so these are checked here.
    if (isIP(host) !== 0 && !rules.allows(host, host)) {
      callback(new AddressNotAllowed(host), null);
      return;
    }
    connect(options, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
      } else if (rules.allows(host, socket.remoteAddress ?? '')) {
        callback(null, socket);
      } else {
        socket.destroy();
        callback(new AddressNotAllowed(host), null);
      }
    });
  };
}

/** One address that is not allowed refuses them all: a public name has no reason to have it. */
function guardedLookup(rules: ReceiverRules, resolve: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      const [first] = error === null ? addresses : [];
      if (error !== null || first === undefined) {
        callback(error ?? new Error('no address'), '');
      } else if (!addresses.every(({ address }) => rules.allows(hostname, address))) {
        callback(new AddressNotAllowed(hostname), '');
      } else if (options.all === true) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

const DROPPED = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'UND_ERR_HEADERS_OVERFLOW'];
const TIMED_OUT = ['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'];

function faultOf(error: unknown): Fault {
  if (error instanceof AddressNotAllowed) return 'address_not_allowed';
  if (typeof error !== 'object' || error === null) return 'unreachable';
  const code = 'code' in error ? String(error.code) : '';
  if (TIMED_OUT.includes(code)) return 'timeout';
  const isNotHttp = 'name' in error && error.name === 'HTTPParserError';
  return isNotHttp || DROPPED.includes(code) ? 'dropped' : 'unreachable';
}
