// Compares openapi.json with the description of the newest release and fails on what would break its callers.
// The policy is in docs/versioning.md. With --released FILE it compares with another description.
import { readdirSync, readFileSync } from 'node:fs';
import { breakingChanges } from './openapi-breaking-rules.mjs';

const RELEASED = new URL('../docs/released/', import.meta.url);

function newestRelease() {
  const byNumber = new Intl.Collator('en', { numeric: true });
  const names = readdirSync(RELEASED).filter((name) => name.endsWith('.json'));
  return new URL(names.sort(byNumber.compare).at(-1), RELEASED);
}

const given = process.argv.indexOf('--released');
const path = given < 0 ? newestRelease() : process.argv[given + 1];
const [before, after] = [path, new URL('../openapi.json', import.meta.url)].map((file) =>
  JSON.parse(readFileSync(file, 'utf8')),
);
const changes = breakingChanges(before, after);
if (changes.length > 0) {
  console.error(`callers of ${before.info.version} would break:\n  ${changes.join('\n  ')}`);
  process.exit(1);
}
console.log(`nothing breaks callers of ${before.info.version}`);
