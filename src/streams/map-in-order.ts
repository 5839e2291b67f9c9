/**
 * Applies `work` to items with at most `width` at work at once, and gives the results in the items' order. What is
 * done at once takes no promise.
 *
 * @throws what `work` throws first, once nothing is at work any more
 */
export async function mapInOrder<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => R | Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    try {
      while (next < items.length) {
        const at = next;
        next += 1;
        const result = work(items[at]!);
        results[at] = result instanceof Promise ? await result : result;
      }
    } catch (error) {
      next = items.length;
      throw error;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: width }, worker));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}
