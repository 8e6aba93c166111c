// Writes openapi.json from the built application, or with --check says where the committed one differs.
// Run it through `npm run openapi:generate` or `npm run openapi:check`, which build first.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const FILE = new URL('../openapi.json', import.meta.url);

require('reflect-metadata');
const { pino } = require('pino');
const { parseSettings } = require('../dist/config/settings.js');
const { createApp } = require('../dist/start.js');
const { buildDocument } = require('../dist/openapi.js');

/** Nothing is listened to and nothing is asked: the address is only there so that no embedded Airbyte starts. */
async function describe() {
  const settings = parseSettings({ AIRBYTE_API_URL: 'http://127.0.0.1:9/api/public/v1' });
  const app = await createApp(settings, () => new Date(), pino({ level: 'silent' }));
  try {
    return `${JSON.stringify(buildDocument(app), null, 2)}\n`;
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
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, generated);
  console.log('openapi.json is written');
} else {
  const committed = readFileSync(FILE, 'utf8');
  if (committed !== generated) {
    console.error(
      `openapi.json is not what the code says; run npm run openapi:generate. ${firstDifference(committed, generated)}`,
    );
    process.exit(1);
  }
  console.log('openapi.json is what the code says');
}
