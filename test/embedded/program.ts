import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

/**
 * Compiles a program of a test, which runs as a process of its own, into a folder and returns its path. It may import
 * types and modules of Node only.
 */
export function compileProgram(source: string, folder: string): string {
  const { outputText } = transpileModule(readFileSync(source, 'utf8'), {
    compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true },
  });
  const path = join(folder, `${basename(source, '.ts')}.cjs`);
  writeFileSync(path, outputText);
  return path;
}

/** The build, which the processes of a test run: `npm run build` makes it. */
export const BUILD = join(__dirname, '../../dist');
