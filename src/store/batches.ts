import type { ObjectToStore } from './stored-file.js';

/** Collects objects into batches of at most so many, and of so many bytes unless one alone has more. */
export async function* inBatches(
  objects: AsyncIterable<ObjectToStore>,
  most: { objects: number; bytes: number },
): AsyncGenerator<ObjectToStore[]> {
  let batch: ObjectToStore[] = [];
  let bytes = 0;
  for await (const object of objects) {
    const full = batch.length >= most.objects || bytes + object.bytes.length > most.bytes;
    if (full && batch.length > 0) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(object);
    bytes += object.bytes.length;
  }
  if (batch.length > 0) yield batch;
}
