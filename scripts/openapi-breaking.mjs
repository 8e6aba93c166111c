// Compares openapi.json and openapi-3.0.json with those of the newest release and fails on what would break their callers.
// The policy is in docs/versioning.md. With --released FILE it compares with another description.
import { readFileSync } from 'node:fs';
import { breakingChanges } from './openapi-breaking-rules.mjs';
import { released } from './released.mjs';

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const given = process.argv.indexOf('--released');
const pairs = released();
if (given >= 0) {
  const file = process.argv[given + 1];
  const family = read(file).openapi.slice(0, 3);
  const { current } = pairs.find((pair) => read(pair.current).openapi.startsWith(family));
  pairs.splice(0, pairs.length, { file, current });
}
for (const { file, current } of pairs) {
  const before = read(file);
  const name = current.split('/').at(-1);
  const changes = breakingChanges(before, read(current));
  if (changes.length > 0) {
    console.error(`callers of ${before.info.version} would break (${name}):\n  ${changes.join('\n  ')}`);
    process.exit(1);
  }
  console.log(`nothing breaks callers of ${before.info.version} (${name})`);
}
