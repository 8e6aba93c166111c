/** A built gateway with an embedded Airbyte, an API key, and a count of its requests. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './shell';

const MAIN = join(ROOT, 'dist', 'gateway.js');

export interface KeyedGateway {
  readonly url: string;
  readonly key: string;
  /** Runs the work and counts the requests that the gateway receives during it. */
  counted<T>(work: () => T | Promise<T>): Promise<{ readonly value: T; readonly calls: string }>;
  close(): Promise<void>;
}

interface Options {
  /** True: the gateway has no callers. */
  readonly isOpen?: boolean;
  /** Further variables of its environment. */
  readonly settings?: Readonly<Record<string, string>>;
}

export async function startKeyedGateway({
  isOpen = false,
  settings = {},
}: Options = {}): Promise<KeyedGateway> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ingestion-contract-'));
  const key = randomBytes(24).toString('hex');
  const hash = createHash('sha256').update(key).digest('hex');
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATA_DIR: dataDir,
      ...(!isOpen && {
        API_KEYS: `contract:ingestion:read+ingestion:write+ingestion:logs+ingestion:destroy+webhook:write+connector:read+connector:write+metrics:read+operator:read:${hash}`,
      }),
      LOG_LEVEL: 'info',
      RATE_LIMIT: 'off',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let calls = 0;
  let markers = 0;
  const log = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`the gateway ended with ${String(code)} before it listened`));
    });
    log.on('line', (line) => {
      const found = /Airbyte Ingestion API: (\S+) /.exec(line)?.[1];
      if (found !== undefined) resolve(found);
      if (line.includes('"msg":"request"') && line.includes('"/ingestion')) calls += 1;
    });
  });
  /** Resolves when the log line of one more request was read. The lines of all earlier requests precede it. */
  const readLog = async (): Promise<void> => {
    const marker = `log-marker-${(markers += 1)}`;
    const isRead = new Promise<void>((resolve) => {
      const check = (line: string): void => {
        if (!line.includes(`"${marker}"`)) return;
        log.off('line', check);
        resolve();
      };
      log.on('line', check);
    });
    // A connection of its own: the gateway closes idle ones, which a process that waits synchronously for compilers does not see.
    const request = get(`${url}/log-marker`, { agent: false, headers: { 'x-request-id': marker } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    await isRead;
  };
  return {
    url,
    key,
    counted: async (work) => {
      const before = calls;
      const value = await work();
      await readLog();
      return { value, calls: String(calls - before) };
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
