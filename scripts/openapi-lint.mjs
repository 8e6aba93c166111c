// Lints openapi.json and openapi-3.0.json with Spectral (its own and OWASP's rules) and Redocly: a warning fails, exceptions are in
// .spectral.yaml and redocly.yaml with their reasons. Installs the linters where they are missing.
import { spawnSync } from 'node:child_process';
import { ensureTools, TOOLS } from './contract-tools.mjs';

ensureTools();
const environment = { ...process.env, REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', REDOCLY_TELEMETRY: 'off' };
const linters = {
  Spectral: [
    ...['spectral', 'lint', 'openapi.json', 'openapi-3.0.json'],
    ...['--ruleset', '.spectral.yaml', '--fail-severity', 'hint'],
  ],
  Redocly: ['redocly', 'lint', 'openapi.json', 'openapi-3.0.json', '--config', 'redocly.yaml'],
};
let isClean = true;
for (const [name, [tool, ...args]] of Object.entries(linters)) {
  const { status, stdout, stderr } = spawnSync(`${TOOLS}/node_modules/.bin/${tool}`, args, {
    encoding: 'utf8',
    env: environment,
  });
  console.log(`${name}: ${status === 0 ? 'clean' : `failed\n${stdout}${stderr}`}`);
  isClean &&= status === 0;
}
process.exitCode = isClean ? 0 : 1;
