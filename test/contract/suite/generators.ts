/** Every generator that makes a client of the API description, and the compiler of this client. */
import type { CompilerName } from './compilers';
import { type Command, TOOLS } from './shell';

export interface Generator {
  /** Its package in the tools. */
  readonly package: string;
  /** The program without which it cannot run. */
  readonly needs?: string;
  readonly jar?: string;
  /** Default: `openapi.json`. */
  readonly document?: string;
  readonly generate: (files: { readonly document: string; readonly out: string }) => Command;
  readonly compile: CompilerName;
  /** By the name of a package: another release of it in the tools. */
  readonly links?: Readonly<Record<string, string>>;
}

const bin = (name: string): string => `${TOOLS}/node_modules/.bin/${name}`;
const version = (name: string): Pick<Generator, 'package'> => ({ package: name });

/** Java releases that contain their jar: later ones fetch it from Maven. */
function openapiGenerator(
  release: number,
  generator: string,
  ...options: readonly string[]
): Omit<Generator, 'compile'> {
  const name = `openapi-generator-${release}`;
  const jar = `${TOOLS}/node_modules/${name}/bin/openapi-generator.jar`;
  return {
    ...version(name),
    needs: 'java',
    jar,
    document: 'openapi-3.0.json',
    generate: ({ document, out }) => [
      ...['java', '-jar', jar, 'generate', '-i', document, '-g', generator, '-o', out],
      ...options,
    ],
  };
}

export const GENERATORS: Readonly<Record<string, Generator>> = {
  'openapi-fetch': {
    ...version('openapi-typescript'),
    generate: ({ document, out }) => [
      bin('openapi-typescript'),
      document,
      ...['-o', `${out}/schema.d.ts`, '--default-non-nullable=false'],
    ],
    compile: 'tsc',
  },
  'hey-api': {
    ...version('@hey-api/openapi-ts'),
    generate: ({ document, out }) => [
      bin('openapi-ts'),
      ...['-i', document, '-o', out, '-c', '@hey-api/client-fetch'],
    ],
    compile: 'tsc',
  },
  orval: {
    ...version('orval'),
    generate: ({ document, out }) => [
      bin('orval'),
      ...['--input', document, '--output', `${out}/client.ts`, '--client', 'fetch'],
    ],
    compile: 'tsc',
  },
  'typescript-axios': { ...openapiGenerator(5, 'typescript-axios'), compile: 'tsc' },
  // This release writes the member `from`, a keyword of Python, into its test stubs unescaped. The client escapes it.
  python: {
    ...openapiGenerator(5, 'python', '--global-property=apiTests=false,modelTests=false'),
    compile: 'python',
  },
  // Its own optional type for members that may be null comes from Maven.
  java: {
    ...openapiGenerator(5, 'java', '--library', 'native', '--additional-properties=openApiNullable=false'),
    compile: 'java',
  },
  ruby: { ...openapiGenerator(5, 'ruby'), compile: 'ruby' },
  php: { ...openapiGenerator(5, 'php'), compile: 'php' },
  // Its runtime is written for RxJS 6.
  'typescript-rxjs': {
    ...openapiGenerator(5, 'typescript-rxjs'),
    compile: 'types',
    links: { rxjs: 'rxjs-6' },
  },
  oazapfts: {
    ...version('oazapfts'),
    generate: ({ document, out }) => [bin('oazapfts'), document, `${out}/client.ts`],
    compile: 'bundle',
  },
  kubb: {
    ...version('@kubb/cli'),
    generate: ({ out }) => [
      ...['node', `${TOOLS}/node_modules/@kubb/cli/bin/kubb.cjs`, 'generate'],
      ...['--config', `${out}/../kubb.config.mjs`],
    ],
    compile: 'bundle',
  },
  'swagger-typescript-api': {
    ...version('swagger-typescript-api'),
    generate: ({ document, out }) => [
      ...[bin('swagger-typescript-api'), 'generate', '-p', document, '-o', out],
      ...['-n', 'client.ts', '--generate-union-enums'],
    ],
    compile: 'bundle',
  },
  'openapi-zod-client': {
    ...version('openapi-zod-client'),
    generate: ({ document, out }) => [
      ...[bin('openapi-zod-client'), document, '-o', `${out}/client.ts`, '--with-alias'],
    ],
    compile: 'bundle',
  },
  'ng-openapi-gen': {
    ...version('ng-openapi-gen'),
    generate: ({ document, out }) => [bin('ng-openapi-gen'), '-i', document, '-o', out],
    compile: 'types',
  },
  // This generator became `go` in version 5. Go has one scope for the words of all enums: they need their enum's name before them.
  go: {
    ...openapiGenerator(4, 'go-experimental', '--additional-properties=enumClassPrefix=true'),
    compile: 'go',
  },
};
