import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A temporary gateway with an embedded Airbyte. */
export interface OwnGateway {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the gateway on a free port with a temporary data directory. */
export async function startOwnGateway(): Promise<OwnGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ingestion-demo-'));
  const child = spawn(process.execPath, [join(__dirname, '..', 'main.js')], {
    env: { PATH: process.env['PATH'], PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /Airbyte Ingestion API: (\S+) /.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return { url, close };
  }
  await close();
  throw new Error('the gateway ended before it listened');
}
