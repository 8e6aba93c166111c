// Every generator the description is tried with: how it is called, and what is done with what it makes.
import { TOOLS } from './tools.mjs';

const bin = (name) => `${TOOLS}/node_modules/.bin/${name}`;
const version = (name) => ({ package: name });

/** Java releases that carry their jar: later ones fetch it from Maven. */
function openapiGenerator(release, generator, ...options) {
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

/** `compile`: how it is compiled before it tells the story; `links`: another release of a package, by its name in tools. */
export const GENERATORS = {
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
  python: { ...openapiGenerator(5, 'python'), compile: 'python' },
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
  // What became `go` in version 5. Go has one scope for the words of all enums: they need their enum's name before them.
  go: {
    ...openapiGenerator(4, 'go-experimental', '--additional-properties=enumClassPrefix=true'),
    compile: 'go',
  },
};
