import { once } from 'node:events';
import { createServer } from 'node:net';
import { StartError } from '../config/start-error';

/**
 * Checks that HOST and a port are available. Call it before the embedded Airbyte starts.
 * @param setting that the port comes from
 * @throws StartError that names the setting to change
 */
export async function requireFreeAddress(
  host: string,
  port: number,
  setting: 'PORT' | 'METRICS_PORT',
): Promise<void> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new StartError(reasonOf(error, { host, port, setting }), { cause: error });
  }
  server.close();
  await once(server, 'close');
}

interface Address {
  readonly host: string;
  readonly port: number;
  readonly setting: string;
}

function reasonOf(error: unknown, { host, port, setting }: Address): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use: stop the process that listens there, or set ${setting} to another port.`;
    case 'EACCES':
      return `Port ${port} may not be used by this user: set ${setting} to one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'HOST is not an address of this machine.';
    default:
      return `Listening on HOST and ${setting} failed (${code}).`;
  }
}
