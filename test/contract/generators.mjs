// Every generator the description is tried with: how it is called, and what is done with what it makes.
import { TOOLS } from './tools.mjs';

const bin = (name) => `${TOOLS}/node_modules/.bin/${name}`;
const version = (name) => ({ package: name });

/** Java releases that carry their jar: later ones fetch it from Maven. */
function openapiGenerator(release, generator) {
  const name = `openapi-generator-${release}`;
  return {
    ...version(name),
    needs: 'java',
    // These know one success type for each operation.
    document: 'single',
    generate: ({ document, out }) => [
      'java',
      '-jar',
      `${TOOLS}/node_modules/${name}/bin/openapi-generator.jar`,
      'generate',
      ...['-i', document, '-g', generator, '-o', out],
    ],
  };
}

/** `compile`: how it is compiled before it tells the story; without it, it is only generated. */
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
  java: { ...openapiGenerator(4, 'java') },
  go: { ...openapiGenerator(4, 'go'), compile: 'go' },
};
