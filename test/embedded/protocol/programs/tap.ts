/** Runs a connector and writes down its input and its output: tap.cjs FOLDER MAIN [argument …]. */
import { spawn } from 'node:child_process';
import { copyFileSync, createWriteStream } from 'node:fs';
import { join } from 'node:path';

const [, , folder = '', main = '', ...args] = process.argv;
const fileOf = (part: string): string => join(folder, `${process.pid}.${args[0] ?? ''}.${part}`);
for (const part of ['catalog', 'state']) {
  const path = args[args.indexOf(`--${part}`) + 1];
  if (args.includes(`--${part}`) && path !== undefined) copyFileSync(path, fileOf(part));
}
// The signal reaches the connector too, since it is for the group. Its last messages are written down.
process.on('SIGTERM', () => undefined);
const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
const input = createWriteStream(fileOf('in'));
const output = createWriteStream(fileOf('out'));
// A connector that ends early breaks the pipe; its status is the result.
child.stdin.on('error', () => undefined);
process.stdin.pipe(child.stdin);
process.stdin.pipe(input);
child.stdout.pipe(process.stdout);
child.stdout.pipe(output);
child.on('close', (code) => {
  // An immediate exit would cut off output that is not passed on yet.
  process.exitCode = code ?? 1;
  process.stdin.destroy();
  input.end();
  output.end();
});
