import type { Dispatcher } from 'undici';

/**
 * Reason for a missing or incomplete response:
 * `unreachable` (refused, DNS, TLS, proxy), `dropped` (connection closed), `timeout`, `aborted` (signal of the caller),
 * `too_large`, `garbled` (not HTTP).
 */
export type TransportFailure = 'unreachable' | 'dropped' | 'timeout' | 'aborted' | 'too_large' | 'garbled';

/** Contains no error of the HTTP library, because those carry headers and response bytes. */
export class TransportError extends Error {
  override readonly name = 'TransportError';

  constructor(
    readonly failure: TransportFailure,
    /** Whether the peer may have received the request or a part of it. */
    readonly sent: boolean,
    /** Such as `ECONNREFUSED` or `UND_ERR_SOCKET`. */
    readonly code?: string,
    /**
     * True: a connection that is kept open between requests closed before any byte of a response. A server may close such a
     * connection at any time (RFC 9112, section 9.6), so this does not show whether the server is available.
     */
    readonly mayBeStale = false,
  ) {
    super(code === undefined ? `request ${failure}` : `request ${failure} (${code})`);
  }
}

export interface WireRequest {
  readonly origin: string;
  /** Includes the query. */
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  /** For the whole request, including the response body; 0: no timeout. */
  readonly timeoutMs: number;
  /** Maximum response size. */
  readonly maxBytes: number;
  /** Whether the connection may have been used before. */
  readonly reusesConnections: boolean;
  readonly signal?: Abortable | undefined;
}

/** The part of `AbortSignal` that axios passes on. */
export interface Abortable {
  addEventListener?: (type: 'abort', listener: () => void) => void;
  removeEventListener?: (type: 'abort', listener: () => void) => void;
}

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Timeouts are rounded to this step: Node keeps one timer list for each distinct duration. */
const TIMER_STEP_MS = 100;

/**
 * Sends one request and reads the whole response, whatever its status. Follows no redirects. Uses undici's
 * `dispatch`, which is cheaper than `request` and shows whether the request was written to a socket.
 * @throws {TransportError} only
 */
export function sendRequest(dispatcher: Dispatcher, request: WireRequest): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(request, new PendingRequest(request, resolve, reject));
  });
}

/** Settles exactly once: by response, failure, timeout or abort. */
class PendingRequest implements Dispatcher.DispatchHandler {
  private readonly chunks: Buffer[] = [];
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly onAbort: (() => void) | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private bytes = 0;
  private status = 0;
  private headers: WireAnswer['headers'] = {};
  private settled = false;

  constructor(
    private readonly request: WireRequest,
    private readonly succeed: (answer: WireAnswer) => void,
    private readonly reject: (error: TransportError) => void,
  ) {
    const { timeoutMs, signal } = request;
    if (timeoutMs > 0) this.timer = setTimeout(onTimeout, roundDown(timeoutMs), this);
    if (!signal) return;
    this.onAbort = () => {
      this.fail('aborted');
    };
    signal.addEventListener?.('abort', this.onAbort);
  }

  /**
   * Called just before the request is written. A request that timed out while it waited for a socket is aborted
   * here, unsent.
   */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.settled) {
      controller.abort(new Error('given up before it was sent'));
      return;
    }
    this.controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: WireAnswer['headers'],
  ): void {
    this.status = status;
    this.headers = headers;
    if (Number(headers['content-length']) > this.request.maxBytes) this.fail('too_large');
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.request.maxBytes) this.fail('too_large');
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.settle()) return;
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks);
    this.succeed({ status: this.status, headers: this.headers, text: body.toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.controller === undefined) this.fail('unreachable', error);
    else this.fail(isNotHttp(error) ? 'garbled' : 'dropped', error);
  }

  fail(failure: TransportFailure, cause?: Error): void {
    if (!this.settle()) return;
    const code = cause && codeOf(cause);
    const error = new TransportError(
      failure,
      this.controller !== undefined,
      code,
      this.mayBeStale(failure, code),
    );
    this.reject(error);
    this.controller?.abort(error);
  }

  private mayBeStale(failure: TransportFailure, code: string | undefined): boolean {
    const isClosed = failure === 'dropped' || (failure === 'unreachable' && code === 'ECONNRESET');
    return isClosed && this.request.reusesConnections && this.status === 0;
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    if (this.onAbort) this.request.signal?.removeEventListener?.('abort', this.onAbort);
    return true;
  }
}

function onTimeout(exchange: PendingRequest): void {
  exchange.fail('timeout');
}

/** Rounds down, so that a timeout is never late. */
function roundDown(timeoutMs: number): number {
  return timeoutMs < 10 * TIMER_STEP_MS ? timeoutMs : timeoutMs - (timeoutMs % TIMER_STEP_MS);
}

/** Parser errors, and headers beyond undici's limit of 16 KiB. */
function isNotHttp(error: Error): boolean {
  return error.name === 'HTTPParserError' || codeOf(error) === 'UND_ERR_HEADERS_OVERFLOW';
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
