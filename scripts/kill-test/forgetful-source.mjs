// A test double: the file source, except that it never learns how far it had come.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const REAL = fileURLToPath(new URL('../../dist/embedded/connectors/source-file/main.js', import.meta.url));
const args = process.argv.slice(2);
const at = args.indexOf('--state');
if (at >= 0) args.splice(at, 2);
const child = spawn(process.execPath, [REAL, ...args], { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
