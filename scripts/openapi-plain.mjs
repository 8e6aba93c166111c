// npm run --silent openapi:plain > plain.json: the description for generators that are made in Java. Several of
// their releases make a text of the default of an enum, which Java refuses (docs/adr/0030-contract.md).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export function plainDocument() {
  const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'));
  for (const { properties = {} } of Object.values(document.components.schemas))
    for (const property of Object.values(properties)) if (property.allOf) delete property.default;
  return JSON.stringify(document, null, 2);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(plainDocument());
