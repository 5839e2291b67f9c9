export interface Limits<T> {
  /** At most so many items at work at once. */
  jobs: number;
  /** No further item is begun while those at work hold so many bytes together. */
  bytes?: number;
  sizeOf?(item: T): number;
  /** Once aborted, no further item is begun. */
  stop?: AbortSignal;
}

/** So many finished results may wait for an earlier one that takes long. */
const MOST_WAITING = 4096;

/**
 * Works on items as they come, and gives the results in the items' order. What was begun is always finished:
 * where the items fail or `stop` is aborted, the results of the items before still come, and the failure after.
 */
export async function* sendInOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  work: (item: T) => Promise<R>,
  { jobs, bytes = 1, sizeOf = () => 0, stop = new AbortController().signal }: Limits<T>,
): AsyncGenerator<R> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const results: Promise<R>[] = [];
  const changed = new Bell();
  const ring = () => changed.ring();
  let [atWork, held, ended] = [0, 0, false];
  let failure: { error: unknown } | undefined;

  const begin = (item: T) => {
    const size = sizeOf(item);
    atWork += 1;
    held += size;
    const result = work(item).finally(() => {
      atWork -= 1;
      held -= size;
      changed.ring();
    });
    // Awaited when its turn comes; until then a failure is no unhandled rejection.
    result.catch(() => {});
    results.push(result);
    changed.ring();
  };
  const feed = async () => {
    try {
      for (;;) {
        while (!stop.aborted && (atWork >= jobs || held >= bytes || results.length >= MOST_WAITING))
          await changed.rung();
        if (stop.aborted) break;
        const { value, done } = await iterator.next();
        if (done || stop.aborted) break;
        begin(value);
      }
    } catch (error) {
      failure = { error };
    }
    ended = true;
    changed.ring();
  };

  stop.addEventListener('abort', ring);
  try {
    void feed();
    for (;;) {
      while (results.length === 0 && !ended && !stop.aborted) await changed.rung();
      if (results.length === 0) break;
      yield await results[0]!;
      results.shift();
      changed.ring();
    }
    if (failure !== undefined) throw failure.error;
  } finally {
    stop.removeEventListener('abort', ring);
  }
}

/** Lets several wait for "something has changed". */
class Bell {
  #waiting: (() => void)[] = [];

  rung(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  ring(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
