import type { Page } from './parse';

/** The most rows that Airbyte puts on a page. */
export const PAGE_LIMIT = 100;

/**
 * All rows of a list, page after page, each once: rows shift between pages while others add to the list. Goes by offset
 * until a page is not full; Airbyte's `next` is set on the last page too and names a host of its own.
 */
export async function* paginate<T>(
  fetchPage: (page: { limit: number; offset: number }) => Promise<Page<T>>,
  idOf: (row: T) => string,
): AsyncGenerator<T, void, undefined> {
  const seen = new Set<string>();
  for (let offset = 0; ; offset += PAGE_LIMIT) {
    const page = await fetchPage({ limit: PAGE_LIMIT, offset });
    const fresh = page.filter((row) => !seen.has(idOf(row)));
    for (const row of fresh) seen.add(idOf(row));
    yield* fresh;
    // A full page of known rows comes from a server that ignores the offset.
    if (page.received < PAGE_LIMIT || fresh.length === 0) return;
  }
}

export async function collect<T>(rows: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const row of rows) collected.push(row);
  return collected;
}
