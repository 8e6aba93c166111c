// Runs a connector and writes down what goes into it and what comes out: tap.mjs FOLDER MAIN [argument …].
import { spawn } from 'node:child_process';
import { copyFileSync, createWriteStream } from 'node:fs';
import { join } from 'node:path';

const [folder, main, ...args] = process.argv.slice(2);
const note = (name) => join(folder, `${process.pid}.${args[0]}.${name}`);
for (const name of ['catalog', 'state']) {
  const index = args.indexOf(`--${name}`);
  if (index > 0) copyFileSync(args[index + 1], note(name));
}
// The signal reaches the connector too, since it is for the group: its last words are to be written down.
process.on('SIGTERM', () => undefined);
const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
const [input, output] = ['in', 'out'].map((name) => createWriteStream(note(name)));
// A connector that ends early breaks the pipe; its status tells.
child.stdin.on('error', () => undefined);
process.stdin.pipe(child.stdin);
process.stdin.pipe(input);
child.stdout.pipe(process.stdout);
child.stdout.pipe(output);
child.on('close', (code) => {
  // To exit at once would cut off what was not yet passed on.
  process.exitCode = code ?? 1;
  process.stdin.destroy();
  input.end();
  output.end();
});
