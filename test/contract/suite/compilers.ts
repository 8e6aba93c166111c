/** The commands that compile and start a generated client with its program, with the strictest settings of each language. */
import { readdirSync } from 'node:fs';
import { type Command, ROOT, TOOLS } from './shell';

export interface Place {
  readonly name: string;
  /** Holds the program, and the generated client in `generated/`. */
  readonly home: string;
  /** Holds the folders of all clients. */
  readonly out: string;
  /** The generator's own jar, for clients in Java. */
  readonly jar: string;
}

export interface Compiler {
  /** The program without which the client cannot be compiled. */
  readonly needs?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly compile: (place: Place) => readonly Command[];
  /** Runs the whole scenario. */
  readonly start?: (place: Place) => Command;
}

export type CompilerName = 'tsc' | 'bundle' | 'types' | 'ruby' | 'php' | 'python' | 'java' | 'go';

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

function filesOf(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);
}

export const COMPILERS: Readonly<Record<CompilerName, Compiler>> = {
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
    // The imports of the client (Jackson, Swagger's annotations) are in the generator's own jar. The generated exception
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
