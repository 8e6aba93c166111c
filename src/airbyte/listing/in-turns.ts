/** Does the same for each item, so many at one time. Stops beginning new ones once one has failed. */
export async function inTurns<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const hands = Array.from({ length: Math.min(concurrency, items.length) }, async () => {
    // Every hand takes the next item from the same iterator.
    for (const item of waiting) await work(item);
  });
  await Promise.all(hands);
}
