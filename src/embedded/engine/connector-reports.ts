import { objectAt, stringAt, type JsonObject } from '../platform/json';
import type { Failure } from '../store/jobs';
import { AttemptError, incompleteFailure, traceFailure, type Origin } from './failures';
import { MAX_CONFIGURATION_BYTES, MAX_ERRORS, MAX_WARNINGS } from './limits';

/** What is done with the reports of connectors. */
export interface ReportHandlers {
  readonly warn: (message: string) => void;
  readonly fail: (failure: Failure) => void;
  /** Must have kept the configuration when it returns. */
  readonly onConfiguration: (origin: Origin, configuration: JsonObject) => void;
}

/** Messages of connectors that are neither records nor states: logs, errors, stream statuses and configurations. */
export class ConnectorReports {
  private incompleteStream: Failure | null = null;
  private warnings = 0;
  private errors = 0;

  constructor(
    private readonly jobId: number,
    private readonly handlers: ReportHandlers,
  ) {}

  /** Why a stream of the source is incomplete, or null while none is. */
  get incomplete(): Failure | null {
    return this.incompleteStream;
  }

  take(origin: Origin, message: JsonObject): void {
    switch (message['type']) {
      case 'LOG':
        this.takeLog(origin, objectAt(message, 'log') ?? {});
        break;
      case 'CONTROL':
        this.takeControl(origin, objectAt(message, 'control') ?? {});
        break;
      case 'TRACE':
        this.takeTrace(origin, message);
        break;
    }
  }

  private takeLog(origin: Origin, log: JsonObject): void {
    const isWarning = log['level'] === 'WARN' && this.warnings++ < MAX_WARNINGS;
    const isError = log['level'] === 'ERROR' || log['level'] === 'FATAL';
    if (isError) this.errors++;
    // A connector may log an error for each of millions of rows.
    if (isError && this.errors > MAX_ERRORS) {
      if (this.errors === MAX_ERRORS + 1)
        this.handlers.warn(`Job ${this.jobId}: the connectors log further errors, which are left out.`);
    } else if (isError || isWarning)
      this.handlers.warn(`Job ${this.jobId}, ${origin}: ${stringAt(log, 'message') ?? ''}`);
  }

  /** As in Airbyte a new configuration is kept at once, whatever becomes of the attempt: the old one may be void. */
  private takeControl(origin: Origin, control: JsonObject): void {
    if (control['type'] !== 'CONNECTOR_CONFIG') return;
    const configuration = configurationOf(origin, control);
    if (configuration !== null) this.handlers.onConfiguration(origin, configuration);
  }

  private takeTrace(origin: Origin, message: JsonObject): void {
    if (origin === 'source') this.incompleteStream ??= incompleteFailure(origin, message);
    const failure = traceFailure(origin, message);
    if (failure !== null) this.handlers.fail(failure);
  }
}

/**
 * The configuration of a CONTROL message, or null when it has none.
 * @throws AttemptError when it is larger than is kept
 */
export function configurationOf(sender: Origin | 'connector', control: JsonObject): JsonObject | null {
  const configuration = objectAt(objectAt(control, 'connectorConfig') ?? {}, 'config');
  if (configuration === undefined) return null;
  if (JSON.stringify(configuration).length > MAX_CONFIGURATION_BYTES) {
    const message = `The ${sender} sent a configuration of more than 1 MiB, which cannot be kept.`;
    const origin = sender === 'connector' ? 'engine' : sender;
    throw new AttemptError({ type: 'config_error', origin, message });
  }
  return configuration;
}
