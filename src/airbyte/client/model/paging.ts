import type { Page } from './parse';

/** Airbyte's maximum page size. */
export const PAGE_LIMIT = 100;

/**
 * Reads all rows of a list, each once. Rows shift between pages while others are added, so known ids are
 * skipped. Reads by offset until a page is not full: Airbyte's `next` is set on the last page too and contains
 * an internal host name.
 */
export async function readAllPages<T>(
  fetchPage: (page: { limit: number; offset: number }) => Promise<Page<T>>,
  idOf: (row: T) => string,
): Promise<readonly T[]> {
  const byId = new Map<string, T>();
  for (let offset = 0; ; offset += PAGE_LIMIT) {
    const page = await fetchPage({ limit: PAGE_LIMIT, offset });
    const knownRows = byId.size;
    for (const row of page) if (!byId.has(idOf(row))) byId.set(idOf(row), row);
    // A full page of known rows comes from a server that ignores the offset.
    if (page.received < PAGE_LIMIT || byId.size === knownRows) return [...byId.values()];
  }
}
