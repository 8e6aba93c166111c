import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

/** The gateway and its libraries as one function in one file, made by `npm run build`. */
export const BUNDLE = join(__dirname, 'gateway.bundle.js');
/** What V8 made of it when it was built; V8 itself refuses what another version of it has made, and compiles anew. */
export const COMPILED = join(__dirname, 'gateway.bundle.compiled');

type CommonJsModule = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  filename: string,
  dirname: string,
) => void;

/** Half of a start is compiling: what was compiled before is taken, where it is there. */
export function compileBundle(): Script {
  return new Script(readFileSync(BUNDLE, 'utf8'), {
    filename: BUNDLE,
    ...(existsSync(COMPILED) && { cachedData: readFileSync(COMPILED) }),
  });
}

/** Runs it as Node would run the file. */
export function runBundle(script: Script): void {
  // A script gives back whatever its text comes to: here a function around a CommonJS module.
  const load = script.runInThisContext() as CommonJsModule;
  const module = { exports: {} };
  load(module.exports, createRequire(BUNDLE), module, BUNDLE, __dirname);
}
