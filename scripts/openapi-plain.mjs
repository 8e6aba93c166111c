// npm run --silent openapi:plain > plain.json: the description for generators that are made in Java. Those know one
// success type for each operation, so the check of a creation, which answers 200, is left out; and several of their
// releases make a text of the default of an enum, which Java refuses (docs/adr/0030-contract.md).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export function plainDocument() {
  const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'));
  const create = document.paths['/ingestion'].post;
  delete create.responses['200'];
  create.parameters = create.parameters.filter(({ name }) => name !== 'validateOnly');
  for (const { properties = {} } of Object.values(document.components.schemas))
    for (const property of Object.values(properties)) if (property.allOf) delete property.default;
  // Nothing else answers with it.
  delete document.components.schemas.CreationCheck;
  return JSON.stringify(document, null, 2);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(plainDocument());
