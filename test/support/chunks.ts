/** The same bytes in awkward slices: a parser must not care where a pipe cuts them. */

/** A stream of the bytes in chunks of `size`. */
export async function* inChunks(bytes: Uint8Array | string, size = Number.POSITIVE_INFINITY) {
  const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, Math.min(at + size, all.length));
}

/** Chunk sizes that cut inside lines, headers, characters and between CR and LF; the last is all at once. */
export const CHUNK_SIZES = [1, 2, 3, 7, 511, 513, Number.POSITIVE_INFINITY];

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The items of all batches. */
export const collectAll = async <T>(batches: AsyncIterable<T[]>): Promise<T[]> =>
  (await collect(batches)).flat();
