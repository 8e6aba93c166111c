import type { Page } from './parse';

/** Airbyte's maximum page size. */
export const PAGE_LIMIT = 100;

/**
 * Reads all rows of a list, each once. Rows shift between pages while others are added, so known ids are
 * skipped. Reads by offset until a page is not full: Airbyte's `next` is set on the last page too and contains
 * an internal host name.
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
