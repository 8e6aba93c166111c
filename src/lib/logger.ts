import type { LoggerService } from '@nestjs/common';
import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import type { LogLevel } from '../config/settings-types';
import { mappedStack } from './mapped-stack';

/** Bytes of log lines that wait for a slow reader. Further lines are dropped. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/**
 * Writes to standard output without blocking. The default destination of pino waits in a synchronous loop while a pipe is
 * full, so a log reader that stalls would stop the process, and SIGTERM would have no effect.
 */
const standardOutput: DestinationStream = {
  write: (line) => {
    const { stdout } = process;
    if (!stdout.writable || stdout.writableLength > MAX_BUFFERED_BYTES) return;
    if (!stdout.listeners('error').includes(ignoreClosedPipe)) stdout.on('error', ignoreClosedPipe);
    stdout.write(line);
  },
};

/** A reader that has ended closes the pipe (EPIPE). The gateway continues without a log. */
function ignoreClosedPipe(): void {
  // Node has closed the stream already, so no further line is written.
}

/** Creates the logger: JSON lines on standard output, or in `to`. Callers never pass headers or bodies to it. */
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

/** Type, message, stack and cause of an error. Other members are left out: libraries attach requests, headers and bodies. */
function describeError(error: unknown, depth = 0): object | undefined {
  if (!(error instanceof Error)) return error === undefined ? undefined : { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: error.name,
    // Messages of JSON.parse contain parts of the input.
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

/** Adapts the logger for Nest. Nest's start-up messages are logged at level debug. */
export function nestLogger(logger: Logger): LoggerService {
  const write = (level: 'debug' | 'warn' | 'error') => {
    return (message: unknown, ...rest: unknown[]) => {
      logger[level]({ context: rest.at(-1) }, String(message));
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
