import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEEN_DIRECTORY } from './contract-seen';

/** Jest's global setup: makes the place where the tests note which answers they saw. */
export default function setup(): void {
  process.env[SEEN_DIRECTORY] = mkdtempSync(join(tmpdir(), 'contract-seen-'));
}
