import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEEN_DIRECTORY } from './contract-seen';

/** Jest's global setup: creates the folder for the records of received answers. */
export default function setup(): void {
  process.env[SEEN_DIRECTORY] = mkdtempSync(join(tmpdir(), 'contract-seen-'));
}
