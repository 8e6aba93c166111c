/** The file source without the states that it is given: it begins at the first row in every attempt. */
import { spawn } from 'node:child_process';

const [, , main = '', ...args] = process.argv;
const at = args.indexOf('--state');
if (at >= 0) args.splice(at, 2);
const child = spawn(process.execPath, [main, ...args], { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
