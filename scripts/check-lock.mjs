// Every lock must install on every platform and from any registry: each optional dependency it names has an entry
// of its own, everything has an integrity, and no registry host is written into it.
import { readFileSync } from 'node:fs';

const LOCKS = [
  'package-lock.json',
  'clients/typescript/package-lock.json',
  'test/contract/tools/package-lock.json',
  'bench/embedded/tools/package-lock.json',
  'test/deployment/tools/package-lock.json',
];

function faultsOf(lock) {
  const { packages } = JSON.parse(readFileSync(new URL(`../${lock}`, import.meta.url), 'utf8'));
  const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').pop()));
  const faults = [];
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '' || entry.link) continue;
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!names.has(name))
        faults.push(`optional dependency ${name} of ${path} has no entry; pin an older release`);
    }
    if (entry.resolved)
      faults.push(`${path} names a registry host; keep omit-lockfile-registry-resolved in .npmrc`);
    if (!entry.integrity && !entry.inBundle) faults.push(`${path} has no integrity`);
  }
  return faults.map((fault) => `${lock}: ${fault}`);
}

const faults = LOCKS.flatMap(faultsOf);
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`${LOCKS.length} lock files are complete and name no registry host`);
