import type { RunningGateway } from './start';

/** Requests in flight and connectors get this long before the process ends all the same. */
const STOP_LIMIT_MS = 30_000;

/** SIGTERM and SIGINT stop the gateway in order: exit status 0 once everything in flight is answered. */
export function closeOnSignal(gateway: RunningGateway): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    gateway.logger.info({ signal }, 'stopping');
    setTimeout(() => {
      gateway.logger.fatal(`not everything ended within ${STOP_LIMIT_MS} ms`);
      process.exit(1);
    }, STOP_LIMIT_MS).unref();
    gateway.close().then(
      () => {
        gateway.logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        gateway.logger.fatal({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
