import type { RunningGateway } from './start';

/** Time limit of a shutdown. After this time, the process exits with status 1. */
const STOP_LIMIT_MS = 30_000;

/** Before the exit, the process waits at most this time for the log reader. */
const LOG_FLUSH_LIMIT_MS = 500;

/**
 * Stops the gateway on each of the signals. The exit status is 0 after a complete shutdown, otherwise 1. Nest's own shutdown
 * hooks are not used: they would run on the same signals and stop services while requests still need them.
 */
export function closeOnSignal(gateway: RunningGateway, signals: readonly NodeJS.Signals[]): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    gateway.logger.info({ signal }, 'stopping');
    setTimeout(() => {
      gateway.logger.fatal(`the stop took longer than ${STOP_LIMIT_MS} ms`);
      exitAfterLog(1);
    }, STOP_LIMIT_MS).unref();
    gateway.close().then(
      () => {
        gateway.logger.info('stopped');
        exitAfterLog(0);
      },
      (error: unknown) => {
        gateway.logger.fatal({ err: error }, 'stopping failed');
        exitAfterLog(1);
      },
    );
  };
  for (const signal of signals) process.on(signal, stop);
}

/** Exits when the log is written, or after `LOG_FLUSH_LIMIT_MS` if the log reader stalls. */
function exitAfterLog(status: number): void {
  const exit = (): void => process.exit(status);
  if (process.stdout.writableLength === 0) exit();
  process.stdout.once('drain', exit);
  setTimeout(exit, LOG_FLUSH_LIMIT_MS);
}
