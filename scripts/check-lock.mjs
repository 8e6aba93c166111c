// The lock must install on every platform and from any registry: every optional dependency it names has an
// entry of its own, everything has an integrity, and no registry host is written into it.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').pop()));
const faults = [];

for (const [path, entry] of Object.entries(packages)) {
  if (path === '' || entry.link) continue;
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!names.has(name)) faults.push(`${path}: optional dependency ${name} has no entry; pin an older release`);
  }
  if (entry.resolved) faults.push(`${path}: names a registry host; keep omit-lockfile-registry-resolved in .npmrc`);
  if (!entry.integrity && !entry.inBundle) faults.push(`${path}: has no integrity`);
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`package-lock.json is complete: ${Object.keys(packages).length - 1} packages, no registry host`);
