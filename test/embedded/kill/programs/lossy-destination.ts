/** The local JSON destination without one record in 20,000. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const [, , main = '', ...args] = process.argv;
const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'inherit', 'inherit'] });
child.stdin.on('error', () => process.exit(1));
child.on('exit', (code) => process.exit(code ?? 1));

async function pass(): Promise<void> {
  let records = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.startsWith('{"type":"RECORD"') && ++records % 20_000 === 0) continue;
    if (!child.stdin.write(`${line}\n`)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
}

void pass();
