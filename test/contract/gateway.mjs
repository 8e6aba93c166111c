// A built gateway of its own, with an embedded Airbyte, a caller's key, and a count of what it was asked.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/gateway.js', import.meta.url));

/**
 * @param isOpen true: it knows no callers
 * @param settings further variables of its environment
 */
export async function startGateway({ isOpen = false, settings = {} } = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'ingestion-contract-'));
  const key = randomBytes(24).toString('hex');
  const hash = createHash('sha256').update(key).digest('hex');
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATA_DIR: dataDir,
      ...(!isOpen && { API_KEYS: `contract:ingestion:read+ingestion:write:${hash}` }),
      LOG_LEVEL: 'info',
      RATE_LIMIT: 'off',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let calls = 0;
  const url = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code} before it listened`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^Airbyte Ingestion API: (\S+)$/.exec(line)?.[1];
      if (found) resolve(found);
      if (line.includes('"msg":"request"') && line.includes('"/ingestion')) calls += 1;
    });
  });
  return {
    url,
    key,
    calls: () => calls,
    /** The log comes through a pipe: lets what is under way arrive. */
    settle: () => pause(200),
    close: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
