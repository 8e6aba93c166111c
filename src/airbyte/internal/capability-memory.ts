import type { Clock } from '../../lib/clock';
import type { AirbyteError, AirbyteErrorKind } from '../client/model/airbyte-errors';
import { TransportError } from '../client/transport/undici-request';
import {
  type Capability,
  CAPABILITIES,
  type CapabilityReport,
  PREREQUISITES,
  PUBLIC_CAPABILITIES,
} from './capability';

/** Pause before a missing or forbidden endpoint is called again. */
const REFUSED_MS = 5 * 60_000;
/** Pause before an endpoint without an answer is called again. */
const SILENT_MS = 60_000;
/**
 * One failure turns a capability off, unless it worked before: then it may be about one connection, such as one that was
 * deleted a moment ago.
 */
const FAILURES_AFTER_SUCCESS = 2;

interface Memory {
  hasWorked: boolean;
  failures: number;
  /** Monotonic, ms. */
  offUntil: number;
  reason: string;
  /** The call that finds out; others wait for its end. */
  detection: Promise<void> | null;
}

/** Called when a capability turns on or off. */
export type CapabilityListener = (report: CapabilityReport) => void;

/**
 * Knows which endpoints work, from their use. While a capability of the internal API is off its endpoint is not called.
 * While it is unknown one call finds out, so that an endpoint that hangs occupies one slot and not all.
 */
export class CapabilityMemory {
  private readonly memories = new Map<Capability, Memory>();

  /** @param disabledReason if given, every capability of the internal API is off for good */
  constructor(
    private readonly clock: Pick<Clock, 'monotonicMs'>,
    private readonly disabledReason: string | null,
    private readonly onChange: CapabilityListener = () => undefined,
  ) {}

  report(): readonly CapabilityReport[] {
    return CAPABILITIES.map((capability) => this.reportOf(capability));
  }

  /** Whether an endpoint of the internal API works. */
  get isInternalApiKnown(): boolean {
    return this.report().some(
      ({ capability, state }) => state === 'on' && !PUBLIC_CAPABILITIES.includes(capability),
    );
  }

  reportOf(capability: Capability): CapabilityReport {
    if (this.disabledReason !== null && !PUBLIC_CAPABILITIES.includes(capability))
      return { capability, state: 'off', reason: this.disabledReason };
    const memory = this.memories.get(capability);
    if (memory && this.isOff(memory)) return { capability, state: 'off', reason: memory.reason };
    const prerequisite = PREREQUISITES[capability];
    const needed = prerequisite && this.reportOf(prerequisite);
    if (needed?.state === 'off')
      return {
        capability,
        state: 'off',
        reason: `It needs ${needed.capability}. ${needed.reason ?? ''}`.trim(),
      };
    if (memory?.hasWorked) return { capability, state: 'on', reason: null };
    return {
      capability,
      state: 'unknown',
      reason: 'It was not used yet. The first use shows whether it works.',
    };
  }

  /**
   * Makes a call unless the capability is off.
   * @returns null if it is off; rejects as the call does
   */
  async use<T>(capability: Capability, call: () => Promise<T>): Promise<T | null> {
    if (this.disabledReason !== null) return null;
    const memory = this.memoryOf(capability);
    while (!memory.hasWorked && memory.detection) await memory.detection;
    if (this.isOff(memory)) return null;
    if (memory.hasWorked) return call();
    const calling = call();
    memory.detection = calling.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await calling;
    } finally {
      memory.detection = null;
    }
  }

  succeeded(capability: Capability): void {
    const memory = this.memoryOf(capability);
    const isNew = !memory.hasWorked;
    Object.assign(memory, { hasWorked: true, failures: 0, offUntil: 0 });
    if (isNew) this.onChange(this.reportOf(capability));
  }

  /** Call for each failed call. Failures that say nothing about the endpoint are ignored. */
  failed(capability: Capability, error: AirbyteError): void {
    const failure = PUBLIC_CAPABILITIES.includes(capability) ? PUBLIC_FAILURES[error.kind] : failureOf(error);
    if (!failure) return;
    const memory = this.memoryOf(capability);
    memory.failures++;
    if (memory.failures < (memory.hasWorked ? FAILURES_AFTER_SUCCESS : 1)) return;
    const wasOff = this.isOff(memory);
    const offUntil = this.clock.monotonicMs() + failure.offMs;
    Object.assign(memory, { hasWorked: false, failures: 0, offUntil, reason: failure.reason });
    if (!wasOff) this.onChange(this.reportOf(capability));
  }

  /** Call for a call that shows that the endpoint is missing or forbidden, even if it worked before. */
  missing(capability: Capability, error: AirbyteError): void {
    this.memoryOf(capability).hasWorked = false;
    this.failed(capability, error);
  }

  private isOff(memory: Memory): boolean {
    return memory.offUntil > this.clock.monotonicMs();
  }

  private memoryOf(capability: Capability): Memory {
    const known = this.memories.get(capability);
    if (known) return known;
    const memory = { hasWorked: false, failures: 0, offUntil: 0, reason: '', detection: null };
    this.memories.set(capability, memory);
    return memory;
  }
}

interface Failure {
  readonly reason: string;
  readonly offMs: number;
}

/** Null if the error says nothing about the endpoint. */
function failureOf(error: AirbyteError): Failure | null {
  const isTooLarge =
    error.details.cause instanceof TransportError && error.details.cause.failure === 'too_large';
  return isTooLarge || !error.sent ? FAILURES_BEFORE_SENDING[error.kind] : FAILURES[error.kind];
}

const refused = (reason: string): Failure => ({ reason, offMs: REFUSED_MS });
const silent = (reason: string): Failure => ({ reason, offMs: SILENT_MS });

const FAILURES: Readonly<Record<AirbyteErrorKind, Failure | null>> = {
  not_found: refused('This Airbyte has no such endpoint in its internal API (404).'),
  forbidden: refused("The gateway's Airbyte credentials are not allowed to use the internal API (403)."),
  unauthorized: refused("The internal API rejects the gateway's Airbyte credentials (401)."),
  misbehaving: refused(
    'The server does not answer like the internal API of Airbyte. AIRBYTE_INTERNAL_API_URL sets its address.',
  ),
  bad_request: refused('The internal API of this Airbyte version rejects the request (400).'),
  unprocessable: refused('The internal API of this Airbyte version rejects the request (422).'),
  failed: silent('The internal API fails (500).'),
  unavailable: silent('The internal API is not available.'),
  unreachable: silent('The internal API cannot be reached.'),
  dropped: silent('The internal API closes connections without an answer.'),
  timeout: silent('The internal API did not answer in time.'),
  conflict: null,
  rate_limited: null,
  overloaded: null,
  circuit_open: null,
};

/** Only an address that cannot be reached is a fault of the internal API. */
const FAILURES_BEFORE_SENDING: Readonly<Record<AirbyteErrorKind, Failure | null>> = {
  ...Object.fromEntries(Object.keys(FAILURES).map((kind) => [kind, null])),
  unreachable: FAILURES.unreachable,
} as Record<AirbyteErrorKind, Failure | null>;

/** Others are about the connector of the source, or about all of Airbyte. */
const PUBLIC_FAILURES: Readonly<Partial<Record<AirbyteErrorKind, Failure>>> = {
  not_found: refused('This Airbyte has no such endpoint in its public API (404).'),
  forbidden: refused("The gateway's Airbyte credentials are not allowed to use this endpoint (403)."),
  unauthorized: refused("The public API rejects the gateway's Airbyte credentials (401)."),
  misbehaving: refused('The server does not answer like the public API of Airbyte.'),
};
