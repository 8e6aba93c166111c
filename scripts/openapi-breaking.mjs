// Compares openapi.json and openapi-3.0.json with those of the newest release and fails on what would break their callers.
// The policy is in docs/versioning.md. With --released FILE it compares with another description.
import { readdirSync, readFileSync } from 'node:fs';
import { breakingChanges } from './openapi-breaking-rules.mjs';

const RELEASED = new URL('../docs/released/', import.meta.url);
/** By the version of OpenAPI: how a released one is called, and where today's is. */
const FAMILIES = { 3.1: [/^openapi-\d/, 'openapi.json'], '3.0': [/^openapi3\.0-\d/, 'openapi-3.0.json'] };

function newestRelease(pattern) {
  const byNumber = new Intl.Collator('en', { numeric: true });
  const names = readdirSync(RELEASED).filter((name) => pattern.test(name));
  return new URL(names.sort(byNumber.compare).at(-1), RELEASED);
}

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const given = process.argv.indexOf('--released');
const released =
  given < 0
    ? Object.values(FAMILIES).map(([pattern]) => read(newestRelease(pattern)))
    : [read(process.argv[given + 1])];
for (const before of released) {
  const [, name] = FAMILIES[before.openapi.slice(0, 3)];
  const changes = breakingChanges(before, read(new URL(`../${name}`, import.meta.url)));
  if (changes.length > 0) {
    console.error(`callers of ${before.info.version} would break (${name}):\n  ${changes.join('\n  ')}`);
    process.exit(1);
  }
  console.log(`nothing breaks callers of ${before.info.version} (${name})`);
}
