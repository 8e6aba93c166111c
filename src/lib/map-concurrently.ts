/** A low limit, so that Airbyte has capacity for other requests. */
const CONCURRENCY = 4;

/**
 * Maps items with limited concurrency.
 * @returns the results in the order of the items; rejects with the first failure
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const outcomes: R[] = [];
  // All workers share one iterator.
  const waiting = items.entries();
  const workers = Array.from({ length: Math.min(CONCURRENCY, items.length) }, async () => {
    for (const [index, item] of waiting) outcomes[index] = await work(item);
  });
  await Promise.all(workers);
  return outcomes;
}
