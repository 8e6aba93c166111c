// Installs the tools that `npm run test:deployment` checks the chart with: helm, kustomize and kubeconform, compiled with Go, and
// schemas from npm. The programs are kept outside of the project, because their compilation takes minutes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSchemas } from './kubernetes-schemas.mjs';

const TOOLS = fileURLToPath(new URL('../test/deployment/tools', import.meta.url));
const CACHE = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'airbyte-ingestion-api',
  'deployment-tools',
);

/** Modules with the versions that are used. */
const PROGRAMS = {
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.6.7',
  kustomize: 'sigs.k8s.io/kustomize/kustomize/v5@v5.5.0',
  helm: 'helm.sh/helm/v3/cmd/helm@v3.18.6',
};

const folder = schemas();
const programs = Object.entries(PROGRAMS).map(([name, module]) => [name, compiled(name, module)]);
// The tests read the paths from this file.
writeFileSync(
  join(TOOLS, 'node_modules', 'paths.json'),
  JSON.stringify({ ...Object.fromEntries(programs), schemas: folder }),
);

function compiled(name, module) {
  const folder = join(CACHE, `${name}${module.slice(module.lastIndexOf('@'))}`);
  const program = join(folder, name);
  if (existsSync(program)) return program;
  console.log(`compiling ${module}, once`);
  mkdirSync(folder, { recursive: true });
  const { status, error } = spawnSync('go', ['install', '-ldflags=-s -w', module], {
    env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error) throw new Error(`Go is needed to compile ${name}: ${error.message}`);
  if (status !== 0) throw new Error(`go install ${module} ended with ${status}`);
  return program;
}

function schemas() {
  const installed = join(TOOLS, 'node_modules', '.package-lock.json');
  const isCurrent =
    existsSync(installed) &&
    Object.entries(versionsIn(installed)).every(
      ([path, { version }]) => versionsIn(join(TOOLS, 'package-lock.json'))[path]?.version === version,
    );
  if (!isCurrent) {
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], {
      cwd: TOOLS,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== 0) throw new Error(`npm ci in ${TOOLS} ended with ${status}`);
  }
  const folder = join(TOOLS, 'node_modules', '.schemas');
  writeSchemas(TOOLS, folder);
  return folder;
}

function versionsIn(lock) {
  return JSON.parse(readFileSync(lock, 'utf8')).packages;
}
