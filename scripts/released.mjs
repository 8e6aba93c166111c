import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const RELEASED = new URL('../docs/released/', import.meta.url);
/** The name of a released description, and today's, by the version of OpenAPI. */
const FAMILIES = [
  [/^openapi-\d/, 'openapi.json'],
  [/^openapi3\.0-\d/, 'openapi-3.0.json'],
];

/** Descriptions of the newest release and of today, by the version of OpenAPI. */
export function released() {
  const byNumber = new Intl.Collator('en', { numeric: true });
  return FAMILIES.map(([pattern, name]) => {
    const newest = readdirSync(RELEASED)
      .filter((file) => pattern.test(file))
      .sort(byNumber.compare)
      .at(-1);
    return {
      file: fileURLToPath(new URL(newest, RELEASED)),
      current: fileURLToPath(new URL(`../${name}`, import.meta.url)),
    };
  });
}
