// Builds into a folder of its own, .builds/<id>, and then points the link `dist` to it. A gateway that runs keeps the folder
// that it was started from: a build, a failed build or `npm ci` takes no file away from it.
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { writePublicFiles } from './public-files.mjs';
import { writeUiFiles } from './ui-files.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILDS = join(ROOT, '.builds');
const DIST = join(ROOT, 'dist');
/** So many of the newest builds stay, because a process may be about to start from one of them. */
const KEPT_BUILDS = 3;

const id = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}`;
const folder = join(BUILDS, id);
const holder = join(folder, 'running', String(process.pid));
mkdirSync(join(folder, 'running'), { recursive: true });
writeFileSync(holder, '');
try {
  compile();
  writePublicFiles(folder);
  await writeUiFiles(folder);
  await bundle(folder);
} catch (error) {
  rmSync(folder, { recursive: true, force: true });
  throw error;
}
pointDistTo(id);
rmSync(holder);
removeOldBuilds();

/** Nest's own compiler, since its Swagger plugin adds the metadata that the API description is made of. */
function compile() {
  const config = join(folder, 'tsconfig.json');
  const options = { extends: '../../tsconfig.build.json', compilerOptions: { outDir: '.' } };
  writeFileSync(config, JSON.stringify(options));
  const nest = join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build', '--path', `.builds/${id}/tsconfig.json`], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = status ?? 1;
  if (status !== 0) throw new Error('nest build failed');
  rmSync(config);
}

/** A rename replaces the link at once. Windows renames over no folder, and a plain folder is left by older versions. */
function pointDistTo(name) {
  const link = join(ROOT, `.dist-${process.pid}`);
  // A junction, which Windows lets every user make; elsewhere the type means nothing.
  symlinkSync(join('.builds', name), link, 'junction');
  const old = lstatSync(DIST, { throwIfNoEntry: false });
  if (process.platform === 'win32' || old?.isDirectory()) rmSync(DIST, { recursive: true, force: true });
  renameSync(link, DIST);
}

function removeOldBuilds() {
  const newestFirst = readdirSync(BUILDS)
    .filter((name) => /^\d{4}-/.test(name))
    .sort()
    .reverse();
  for (const name of newestFirst.slice(KEPT_BUILDS))
    if (!isInUse(join(BUILDS, name))) rmSync(join(BUILDS, name), { recursive: true, force: true });
}

/** src/running-build.ts leaves a file with the process id of each gateway that runs. */
function isInUse(build) {
  return readdirSync(join(build, 'running')).some((pid) => isAlive(Number(pid)));
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
