import type { RunningGateway } from './start';

/** Limit for requests in flight and connectors. After it, the process exits with status 1. */
const STOP_LIMIT_MS = 30_000;

/** Limit of the wait for a log reader before the exit. */
const LOG_FLUSH_LIMIT_MS = 500;

/** Stops the gateway on SIGTERM or SIGINT. The exit status is 0 if everything in flight was answered. */
export function closeOnSignal(gateway: RunningGateway): void {
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
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** Exits once the log is written. A log reader that stalls delays the exit only briefly. */
function exitAfterLog(status: number): void {
  const exit = (): void => process.exit(status);
  if (process.stdout.writableLength === 0) exit();
  process.stdout.once('drain', exit);
  setTimeout(exit, LOG_FLUSH_LIMIT_MS);
}
