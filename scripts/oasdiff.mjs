// Compares the API descriptions with those of the newest release with oasdiff, beside the rules of openapi-breaking. It is built
// once from the Go module proxy. Without a Go compiler that can build it, it reports `not run`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { released } from './released.mjs';

const VERSION = 'v1.38.0';
const FOLDER = join(tmpdir(), `ingestion-oasdiff-${VERSION}`);
const OASDIFF = join(FOLDER, 'oasdiff');

function run(command, args, environment = {}) {
  return spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...environment } });
}

if (!existsSync(OASDIFF)) {
  const { error, stderr } = run('go', ['install', `github.com/oasdiff/oasdiff@${VERSION}`], {
    GOBIN: FOLDER,
  });
  if (error || !existsSync(OASDIFF)) {
    console.log(`oasdiff: not run. ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
    process.exit(0);
  }
}
for (const { file, current } of released()) {
  const { status, stdout, stderr } = run(OASDIFF, ['breaking', file, current, '--fail-on', 'WARN']);
  if (status !== 0) {
    console.error(`oasdiff (${current}): callers of the release would break\n${stdout}${stderr}`);
    process.exitCode = 1;
  } else console.log(`oasdiff: nothing breaks callers of the release (${current})`);
}
