import { objectAt, stringAt, type JsonObject } from '../platform/json';
import type { Failure } from '../store/failure';
import { LOG_LEVELS, type LogLevel, type LogSource } from '../store/attempt-logs';
import { AttemptError, incompleteFailure, traceFailure, type Origin } from './failures';
import { MAX_CONFIGURATION_BYTES, MAX_ERRORS, MAX_WARNINGS } from './limits';

/** Handlers of connector messages. */
export interface ReportHandlers {
  readonly warn: (message: string) => void;
  /** Adds to the log of the attempt. */
  readonly logEvent: (origin: LogSource, level: LogLevel, message: string, stackTrace?: string) => void;
  readonly fail: (failure: Failure) => void;
  /** The configuration must be durable when it returns. */
  readonly onConfiguration: (origin: Origin, configuration: JsonObject) => void;
}

/** Handles messages other than records and states: logs, errors, stream statuses and configurations. */
export class ConnectorReports {
  private incompleteStream: Failure | null = null;
  private warnings = 0;
  private errors = 0;

  constructor(
    private readonly jobId: number,
    private readonly handlers: ReportHandlers,
  ) {}

  /** The failure for an incomplete stream of the source, or null. */
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
    const level = LOG_LEVELS.find((known) => known === stringAt(log, 'level')?.toLowerCase()) ?? 'info';
    this.handlers.logEvent(origin, level, stringAt(log, 'message') ?? '', stringAt(log, 'stack_trace'));
    const isWarning = log['level'] === 'WARN' && this.warnings++ < MAX_WARNINGS;
    const isError = log['level'] === 'ERROR' || log['level'] === 'FATAL';
    if (isError) this.errors++;
    // A connector may log an error for each of millions of rows.
    if (isError && this.errors > MAX_ERRORS) {
      if (this.errors === MAX_ERRORS + 1)
        this.handlers.warn(`Job ${this.jobId}: further errors of the connectors are not logged.`);
    } else if (isError || isWarning)
      this.handlers.warn(`Job ${this.jobId}, ${origin}: ${stringAt(log, 'message') ?? ''}`);
  }

  /** As in Airbyte, a new configuration is stored at once, also if the attempt fails: the old one may be invalid by then. */
  private takeControl(origin: Origin, control: JsonObject): void {
    if (control['type'] !== 'CONNECTOR_CONFIG') return;
    const configuration = configurationOf(origin, control);
    if (configuration !== null) this.handlers.onConfiguration(origin, configuration);
  }

  private takeTrace(origin: Origin, message: JsonObject): void {
    if (origin === 'source') this.incompleteStream ??= incompleteFailure(origin, message);
    const failure = traceFailure(origin, message);
    if (failure === null) return;
    this.handlers.logEvent(origin, 'error', failure.message, failure.stackTrace);
    this.handlers.fail(failure);
  }
}

/**
 * The configuration of a CONTROL message, or null.
 * @throws AttemptError if it is too large
 */
export function configurationOf(sender: Origin | 'connector', control: JsonObject): JsonObject | null {
  const configuration = objectAt(objectAt(control, 'connectorConfig') ?? {}, 'config');
  if (configuration === undefined) return null;
  if (JSON.stringify(configuration).length > MAX_CONFIGURATION_BYTES) {
    const message = `The ${sender} sent a configuration of more than 1 MiB, which is too large.`;
    const origin = sender === 'connector' ? 'engine' : sender;
    throw new AttemptError({ type: 'config_error', origin, message });
  }
  return configuration;
}
