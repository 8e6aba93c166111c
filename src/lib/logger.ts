import type { LoggerService } from '@nestjs/common';
import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import type { LogLevel } from '../config/settings-types';
import { mappedStack } from './mapped-stack';

/**
 * The gateway's one logger: JSON lines on standard output, unless they are to go elsewhere. Headers and bodies are never
 * given to it.
 */
export function createLogger(level: LogLevel, to?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError, req: () => undefined, res: () => undefined },
  };
  return to === undefined ? pino(options) : pino(options, to);
}

const MAX_CAUSES = 5;

/** Where an error comes from, and nothing that hangs on it: libraries put requests, headers and bodies there. */
function describeError(error: unknown, depth = 0): object | undefined {
  if (!(error instanceof Error)) return error === undefined ? undefined : { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: error.name,
    // JSON.parse repeats a part of what it could not read.
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

/** Lets Nest write through the gateway's logger. Nest's start-up chatter is only worth a debug line. */
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
