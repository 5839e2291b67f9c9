/** Stores many small objects: one PUT each, verified, and none for what is there already. */
import type { Report } from '../report.js';
import { inBatches } from './batches.js';
import { checkStored } from './check-stored.js';
import { type Existing, ExistingObjects } from './existing-objects.js';
import type { Receipt } from './receipt.js';
import type { S3Store, StoredObject } from './s3-store.js';
import { sendInOrder } from './send-in-order.js';
import { StoreFault } from './store-fault.js';
import type { ObjectToStore } from './stored-file.js';

export interface S3UploadOptions {
  /** How many requests at once. */
  jobs: number;
  /** By what an object counts as stored: the ETag of the answer, or a HEAD afterwards. */
  verify: 'etag' | 'head';
  /** Whether objects with other bytes may be replaced. */
  replace: boolean;
  report: Report;
  /** Once aborted, what is under way is finished and nothing more begun. */
  signal: AbortSignal;
}

/** Objects in memory together hold at most about this much. */
const MOST_BYTES = 64 * 2 ** 20;
/** What is looked up together. */
const BATCH = { objects: 1000, bytes: 32 * 2 ** 20 };
/** So many objects that fail one after the other, and the store is held to be down. */
const MOST_FAILURES_IN_A_ROW = 16;

interface Item {
  object: ObjectToStore;
  existing: Existing;
}

/**
 * Stores objects and gives a receipt for each, in their order. An object that cannot be stored gets a receipt
 * that says so, and the rest goes on.
 *
 * @throws a StoreFault where no object could be stored any more (no such bucket, no access, store down), and
 *   whatever `objects` throws; the receipts of all that is stored come before
 */
export async function* uploadToS3(
  objects: AsyncIterable<ObjectToStore>,
  store: S3Store,
  options: S3UploadOptions,
): AsyncGenerator<Receipt> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  options.signal.addEventListener('abort', onSignal);
  let end: StoreFault | undefined;
  let failuresInARow = 0;

  async function settle({ object, existing }: Item): Promise<Receipt | undefined> {
    try {
      const receipt = await storeOne(object, existing, store, options);
      failuresInARow = 0;
      return receipt;
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      // After an interruption, or the end, no word of the store about this object counts.
      if (stop.signal.aborted) return undefined;
      if (error.verdict !== 'object') failuresInARow += 1;
      if (error.verdict === 'end' || failuresInARow >= MOST_FAILURES_IN_A_ROW) {
        end = error;
        stop.abort();
        return undefined;
      }
      return failed(object, store, error);
    }
  }

  try {
    const results = sendInOrder(prefetch(lookedUp(objects, store, options)), settle, {
      jobs: options.jobs,
      bytes: MOST_BYTES,
      sizeOf: ({ object }) => object.bytes.length,
      stop: stop.signal,
    });
    const receipts = settled(results);
    yield* options.verify === 'head' ? receipts : checkStored(receipts, store, options.jobs);
    if (end !== undefined) throw end;
  } finally {
    options.signal.removeEventListener('abort', onSignal);
  }
}

async function* settled(results: AsyncIterable<Receipt | undefined>): AsyncGenerator<Receipt> {
  for await (const receipt of results) if (receipt !== undefined) yield receipt;
}

/** Stores one object, unless it is there. */
async function storeOne(
  object: ObjectToStore,
  existing: Existing,
  store: S3Store,
  { verify, replace }: S3UploadOptions,
): Promise<Receipt> {
  const { key, bytes, md5, kind, contentType } = object;
  const there = existing === 'unknown' ? undefined : await detailsOf(existing, object, store, verify);
  const receipt = { bucket: store.address.bucket, key, bytes: bytes.length, md5 };
  if (there?.size === bytes.length && (there.etag === md5 || there.md5 === md5)) {
    const verified = there.etag === md5 ? 'etag' : 'head';
    return { ...receipt, etag: there.etag, kind, status: 'unchanged', verified };
  }
  if (!replace && existing === 'unknown')
    throw new StoreFault(
      'AccessDenied',
      'the store does not say what is there, which --no-replace would keep',
      'end',
      {
        hint: 'ask whoever owns the bucket for the right to list it',
      },
    );
  if (!replace && there !== undefined)
    throw new StoreFault(
      'exists',
      'an object with other bytes is there, and --no-replace keeps it',
      'object',
    );
  const etag = await store.put(key, { bytes, md5, contentType, keepMd5: verify === 'head' });
  await verifyStored(object, etag, store, verify);
  return there === undefined
    ? { ...receipt, etag, kind, status: 'uploaded', verified: verify }
    : { ...receipt, etag, kind, status: 'replaced', verified: verify, previous_etag: there.etag };
}

/** Size, ETag and MD5 of what is there; asks for the MD5 where the listing does not tell it. */
async function detailsOf(
  existing: Exclude<Existing, 'unknown'>,
  { key, bytes, md5 }: ObjectToStore,
  store: S3Store,
  verify: 'etag' | 'head',
): Promise<StoredObject | undefined> {
  if (existing === undefined) return undefined;
  if ('etag' in existing) return existing;
  const { size, md5: etag } = existing;
  // With --verify head the ETags of a store may look like MD5s and be none.
  const uncertain = etag === undefined || (verify === 'head' && size === bytes.length && etag !== md5);
  return uncertain ? store.head(key) : { size, etag };
}

/** @throws a StoreFault where the store does not have what was sent */
async function verifyStored(
  { key, bytes, md5 }: ObjectToStore,
  etag: string,
  store: S3Store,
  verify: 'etag' | 'head',
): Promise<void> {
  if (verify === 'etag') {
    if (etag.toLowerCase() === md5) return;
    throw new StoreFault(
      'verification',
      `the store acknowledged it with the ETag "${etag}", which is not the MD5 ${md5}`,
      'retry',
      { hint: "if this store's ETags are no MD5s, give --verify head" },
    );
  }
  const there = await store.head(key);
  if (there?.size === bytes.length && there.md5 === md5) return;
  const found = there === undefined ? 'nothing' : `${there.size} bytes with the MD5 ${there.md5 ?? '(none)'}`;
  throw new StoreFault(
    'verification',
    `the store acknowledged it and has ${found} where ${bytes.length} bytes with the MD5 ${md5} were sent`,
    'retry',
  );
}

const failed = ({ key, bytes, md5, kind }: ObjectToStore, store: S3Store, fault: StoreFault): Receipt => ({
  bucket: store.address.bucket,
  key,
  bytes: bytes.length,
  md5,
  kind,
  status: 'failed',
  error: `${fault.message} (${[fault.code, fault.hint].filter(Boolean).join('; ')})`,
});

/** Finds out batch by batch what is there. */
async function* lookedUp(
  objects: AsyncIterable<ObjectToStore>,
  store: S3Store,
  { jobs, report }: S3UploadOptions,
): AsyncGenerator<Item[]> {
  const there = new ExistingObjects(store, jobs, report);
  for await (const batch of inBatches(objects, BATCH)) {
    await there.lookUp(batch.map(({ key }) => key));
    yield batch.map((object) => ({ object, existing: there.get(object.key) }));
  }
}

/** Gets the next batch ready while the items of this one are sent. */
async function* prefetch<T>(batches: AsyncGenerator<T[]>): AsyncGenerator<T> {
  let next = batches.next();
  for (;;) {
    const { value, done } = await next;
    if (done) return;
    next = batches.next();
    // Thrown when its turn comes.
    next.catch(() => {});
    yield* value;
  }
}
