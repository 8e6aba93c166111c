import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Set by the global setup. Every worker writes its own file there. */
export const SEEN_DIRECTORY = 'CONTRACT_SEEN_DIRECTORY';

const noted = new Set<string>();

/** Records that a test received this documented answer. */
export function seen(answer: string): void {
  const directory = process.env[SEEN_DIRECTORY];
  if (directory === undefined || noted.has(answer)) return;
  noted.add(answer);
  appendFileSync(join(directory, String(process.pid)), `${answer}\n`);
}

/** Every answer that a test received. */
export function allSeen(directory: string): Set<string> {
  const texts = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
  return new Set(texts.join('').split('\n').filter(Boolean));
}
