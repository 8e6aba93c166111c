// A test double: the local JSON destination, except that it never sees one record in 20,000.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const REAL = fileURLToPath(
  new URL('../../dist/embedded/connectors/destination-local-json/main.js', import.meta.url),
);
const child = spawn(process.execPath, [REAL, ...process.argv.slice(2)], {
  stdio: ['pipe', 'inherit', 'inherit'],
});
let records = 0;
child.stdin.on('error', () => process.exit(1));
child.on('exit', (code) => process.exit(code ?? 1));
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('{"type":"RECORD"') && ++records % 20_000 === 0) continue;
  if (!child.stdin.write(`${line}\n`)) await new Promise((resolve) => child.stdin.once('drain', resolve));
}
child.stdin.end();
