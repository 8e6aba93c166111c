/**
 * Does the same for each item, so many at one time, so that one request leaves room for others.
 * @returns the outcomes in the order of the items; rejects with the first failure
 */
export async function inTurns<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const outcomes: R[] = [];
  // Every hand takes the next item from the same iterator.
  const waiting = items.entries();
  const hands = Array.from({ length: Math.min(concurrency, items.length) }, async () => {
    for (const [index, item] of waiting) outcomes[index] = await work(item);
  });
  await Promise.all(hands);
  return outcomes;
}
