import type { Description } from './description';
import type { Caller } from './http';

const NOBODY = '00000000-0000-4000-8000-000000000000';

/**
 * Airbyte's operations that an embedded Airbyte has: it answers 501 to all others. Each is asked about what does not
 * exist, so that nothing comes of it.
 */
export async function operationsServed(description: Description, airbyte: Caller): Promise<string[]> {
  const served: string[] = [];
  for (const { id, method, path, requestBody } of description.operations) {
    if (path === '/') continue;
    const target = path.replace(/\{(\w+)\}/g, (_part, name) => (name === 'jobId' ? '999999999' : NOBODY));
    const { status } = await airbyte.call(method, target, requestBody === null ? undefined : {});
    if (status !== 501) served.push(id);
  }
  return served;
}
