// How a generated client and the program that uses it are compiled, as strictly as the language can be, and started.
import { readdirSync } from 'node:fs';
import { ROOT } from './shell.mjs';
import { TOOLS } from './tools.mjs';

const STRICT_TYPESCRIPT = [
  ...['--strict', '--noUncheckedIndexedAccess', '--noImplicitReturns', '--esModuleInterop', '--skipLibCheck'],
  ...['--target', 'ES2022', '--module', 'commonjs', '--moduleResolution', 'node10'],
  ...['--lib', 'ES2023,DOM,DOM.Iterable', '--types', 'node'],
];

const CHECK_TYPES = [
  `${TOOLS}/node_modules/.bin/tsc`,
  ...['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--noImplicitReturns', '--skipLibCheck'],
  ...['--target', 'ES2022', '--module', 'esnext', '--moduleResolution', 'bundler', '--types', 'node'],
  ...['--lib', 'ES2023,DOM,DOM.Iterable', '--allowImportingTsExtensions'],
];

function filesOf(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);
}

/**
 * `home` holds the program, and the generated client in `generated/`. `needs` is the command without which it cannot be
 * compiled here; `compile` are the commands that do it, `start` is the one that tells the story.
 */
export const COMPILERS = {
  tsc: {
    compile: ({ home, out }) => [
      [
        `${TOOLS}/node_modules/.bin/tsc`,
        ...STRICT_TYPESCRIPT,
        ...['--rootDir', out, '--outDir', `${home}/dist`, `${home}/main.ts`],
      ],
    ],
    start: ({ home, name }) => [process.execPath, `${home}/dist/${name}/main.js`],
  },
  /** For clients that are ES modules without extensions: tsc checks, esbuild makes one program of them. */
  bundle: {
    compile: ({ home }) => [
      [...CHECK_TYPES, `${home}/main.ts`],
      [
        ...[`${ROOT}/node_modules/.bin/esbuild`, `${home}/main.ts`, '--bundle', '--platform=node'],
        ...['--log-level=warning', `--outfile=${home}/dist/main.cjs`],
      ],
    ],
    start: ({ home }) => [process.execPath, `${home}/dist/main.cjs`],
  },
  /** For clients of browsers: they are compiled and not run. */
  types: {
    compile: ({ home }) => [[...CHECK_TYPES, `${home}/main.ts`]],
  },
  ruby: {
    needs: 'ruby',
    compile: ({ home }) => filesOf(home, '.rb').map((file) => ['ruby', '-c', file]),
    start: ({ home }) => ['ruby', '-W0', `${home}/main.rb`],
  },
  php: {
    needs: 'php',
    compile: ({ home }) => filesOf(home, '.php').map((file) => ['php', '-l', file]),
    start: ({ home }) => ['php', `${home}/main.php`],
  },
  python: {
    needs: 'python3',
    compile: ({ home }) => [['python3', '-m', 'compileall', '-q', home]],
    start: ({ home }) => ['python3', `${home}/main.py`],
  },
  java: {
    needs: 'javac',
    // What the client imports (Jackson, Swagger's annotations) is in the generator's own jar. The generated exception
    // has no serialVersionUID.
    compile: ({ home, jar }) => [
      [
        'javac',
        ...['-Xlint:all,-serial', '-Werror', '-proc:none', '-cp', jar, '-d', `${home}/dist`],
        ...filesOf(`${home}/generated/src/main`, '.java'),
        `${home}/Main.java`,
      ],
    ],
    start: ({ home, jar }) => ['java', '-cp', `${home}/dist:${jar}`, 'Main'],
  },
  go: {
    needs: 'go',
    // Debian's packages: the client's one dependency is golang-golang-x-oauth2-dev.
    env: { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' },
    compile: ({ home }) => [
      ['go', 'vet', './generated'],
      ['go', 'vet', 'main.go'],
      ['go', 'build', '-o', `${home}/story`, 'main.go'],
    ],
    start: ({ home }) => [`${home}/story`],
  },
};
