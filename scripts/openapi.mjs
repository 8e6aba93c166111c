// Writes openapi.json (3.1) and openapi-3.0.json from the built application, or with --check says where a committed one
// differs.
// Run it through `npm run openapi:generate` or `npm run openapi:check`, which build first.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const FILES = { 3.1: 'openapi.json', '3.0': 'openapi-3.0.json' };
const fileOf = (name) => new URL(`../${name}`, import.meta.url);

require('reflect-metadata');
const { pino } = require('pino');
const { parseSettings } = require('../dist/config/settings.js');
const { createApp } = require('../dist/start.js');
const { systemClock } = require('../dist/lib/clock.js');
const { buildDocument } = require('../dist/app/openapi.js');
const { dialectsOf } = require('../dist/api/openapi/dialects.js');

/** Nothing is listened to and nothing is asked: the address is only there so that no embedded Airbyte starts. */
async function describe() {
  const settings = parseSettings({ AIRBYTE_API_URL: 'http://127.0.0.1:9/api/public/v1' });
  const app = await createApp(settings, systemClock, pino({ level: 'silent' }));
  try {
    return dialectsOf(buildDocument(app));
  } finally {
    await app.close();
  }
}

function firstDifference(a, b) {
  const [left, right] = [a.split('\n'), b.split('\n')];
  const line = left.findIndex((text, index) => text !== right[index]);
  return `line ${line + 1}:\n  committed: ${left[line] ?? '(ends)'}\n  generated: ${right[line] ?? '(ends)'}`;
}

const generated = await describe();
let isCurrent = true;
for (const [version, name] of Object.entries(FILES)) {
  const text = `${JSON.stringify(generated[version], null, 2)}\n`;
  if (!process.argv.includes('--check')) {
    writeFileSync(fileOf(name), text);
    console.log(`${name} is written`);
    continue;
  }
  const committed = readFileSync(fileOf(name), 'utf8');
  if (committed === text) console.log(`${name} is what the code says`);
  else
    console.error(
      `${name} is not what the code says; run npm run openapi:generate. ${firstDifference(committed, text)}`,
    );
  isCurrent &&= committed === text;
}
if (!process.argv.includes('--check')) await import('./public-files.mjs');
process.exitCode = isCurrent ? 0 : 1;
