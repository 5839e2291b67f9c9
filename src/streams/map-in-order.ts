/**
 * Applies `work` to items with at most `width` at work at once, and gives the results in the items' order. No
 * more than `width` results wait, so memory stays flat.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const window: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Handled when its turn comes; until then a failure is no unhandled rejection.
      result.catch(() => {});
      window.push(result);
      if (window.length >= width) yield await window.shift()!;
    }
    while (window.length > 0) yield await window.shift()!;
  } finally {
    await Promise.allSettled(window);
  }
}
