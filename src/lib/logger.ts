import type { LoggerService } from '@nestjs/common';
import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import type { LogLevel } from '../config/settings-types';
import { mappedStack } from './mapped-stack';
import { currentTraceId } from './trace-scope';

/** Buffer limit for a slow log reader. When the buffer is full, the logger drops new lines. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/**
 * Writes to standard output without blocking. The default destination of pino waits synchronously while a pipe is full. A
 * stalled log reader would then block the process and its SIGTERM handler.
 */
const standardOutput: DestinationStream = {
  write: (line) => {
    const { stdout } = process;
    if (!stdout.writable || stdout.writableLength > MAX_BUFFERED_BYTES) return;
    if (!stdout.listeners('error').includes(ignoreClosedPipe)) stdout.on('error', ignoreClosedPipe);
    stdout.write(line);
  },
};

/** Writes fail with EPIPE after the log reader has exited. The gateway continues without a log. */
function ignoreClosedPipe(): void {
  // Node has already closed the stream, so the logger writes no more lines.
}

/** Creates a logger that writes JSON lines to `to`. Do not log headers or bodies, because they may contain secrets. */
export function createLogger(level: LogLevel, to: DestinationStream = standardOutput): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError, req: () => undefined, res: () => undefined },
  };
  return pino(options, to);
}

const MAX_CAUSES = 5;

/** Omits other members of an error, because libraries attach requests, headers and bodies. */
function describeError(error: unknown, depth = 0): object | undefined {
  if (!(error instanceof Error)) return error === undefined ? undefined : { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: error.name,
    // The messages of JSON.parse contain parts of the input, which may be secret.
    ...(!(error instanceof SyntaxError) && { message: error.message }),
    stack: stackOf(error),
    ...(code !== undefined && { code }),
    ...(depth < MAX_CAUSES && { cause: describeError(error.cause, depth + 1) }),
  };
}

function stackOf({ stack }: Error): string[] | undefined {
  const positions = stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return positions && mappedStack(positions.join('\n')).split('\n');
}

/** Adapts the logger for Nest. Start-up messages of Nest get the level debug. Lines of traced requests have `trace_id`. */
export function nestLogger(logger: Logger): LoggerService {
  const write = (level: 'debug' | 'warn' | 'error') => {
    return (message: unknown, ...rest: unknown[]) => {
      logger[level]({ context: rest.at(-1), trace_id: currentTraceId() }, String(message));
    };
  };
  return {
    log: write('debug'),
    debug: write('debug'),
    verbose: write('debug'),
    warn: write('warn'),
    error: write('error'),
  };
}
