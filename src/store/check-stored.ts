/** Looks whether objects are there that a store has acknowledged. */
import { commonBeginning, HEADS_PER_PAGE } from './existing-objects.js';
import type { Receipt } from './receipt.js';
import type { S3Store } from './s3-store.js';
import { sendInOrder } from './send-in-order.js';
import { StoreFault } from './store-fault.js';

/** So many receipts are looked at together: a page of a listing has as many objects. */
const BATCH = 1000;

/**
 * Passes receipts on, in their order, after a look at the store: an acknowledgement alone is worth little where a
 * proxy or a full disk stands behind it. That costs a page of a listing per 1,000 objects, and turns receipts of
 * what is not there into `failed` ones. Where `receipts` fails, those before it still come.
 */
export async function* checkStored(
  receipts: AsyncIterable<Receipt>,
  store: S3Store,
  jobs: number,
): AsyncGenerator<Receipt> {
  let batch: Receipt[] = [];
  let failure: { error: unknown } | undefined;
  try {
    for await (const receipt of receipts) {
      batch.push(receipt);
      if (batch.length < BATCH) continue;
      yield* await checked(batch, store, jobs);
      batch = [];
    }
  } catch (error) {
    failure = { error };
  }
  yield* await checked(batch, store, jobs);
  if (failure !== undefined) throw failure.error;
}

async function checked(batch: Receipt[], store: S3Store, jobs: number): Promise<Receipt[]> {
  const sent = batch.filter(({ status }) => status === 'uploaded' || status === 'replaced');
  let problems: Map<string, string>;
  try {
    problems = await problemsOf(sent, store, jobs);
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    const problem = `acknowledged, but the look at it afterwards failed: ${error.message} (${error.code})`;
    problems = new Map(sent.map(({ key }) => [key, problem]));
  }
  return batch.map((receipt) => {
    const problem = problems.get(receipt.key);
    if (problem === undefined) return receipt;
    const { etag: _, verified: __, ...rest } = receipt;
    return { ...rest, status: 'failed', error: problem };
  });
}

/** What is wrong with which key. */
async function problemsOf(sent: Receipt[], store: S3Store, jobs: number): Promise<Map<string, string>> {
  const open = new Map(sent.map((receipt) => [receipt.key, receipt]));
  await tickOff(open, store);
  const problems = new Map<string, string>();
  // Not in the listing, or not so: the object itself has the last word, since listings may lag behind.
  const look = async ({ key, bytes, etag }: Receipt) => {
    const there = await store.head(key).catch((error: unknown) => {
      // Nobody may look with these credentials, so the acknowledgement must do.
      if (error instanceof StoreFault && error.status === 403) return { size: bytes, etag };
      throw error;
    });
    if (there === undefined) return { key, why: 'the store acknowledged it and does not have it' };
    if (there.size !== bytes || there.etag !== etag)
      return { key, why: 'the store acknowledged it and has another object by now' };
    return undefined;
  };
  for await (const problem of sendInOrder(open.values(), look, { jobs }))
    if (problem !== undefined) problems.set(problem.key, problem.why);
  return problems;
}

/**
 * Takes those out of `open` that a listing shows as they should be. Each page begins before the first key that is
 * still open; once pages show so few that asking one by one is cheaper, the rest is left open.
 */
async function tickOff(open: Map<string, Receipt>, store: S3Store): Promise<void> {
  const keys = [...open.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (let at = 0; at < keys.length; ) {
    const begin = { startAfter: keys[at]!.slice(0, -1) };
    const page = await store.list(commonBeginning(keys.slice(at)), begin).catch((error: unknown) => {
      if (error instanceof StoreFault && error.code === 'AccessDenied') return undefined;
      throw error;
    });
    if (page === undefined) return;
    let found = 0;
    for (const { key, size, etag } of page.objects) {
      const receipt = open.get(key);
      if (receipt === undefined || receipt.etag !== etag || receipt.bytes !== size) continue;
      open.delete(key);
      found += 1;
    }
    if (page.next === undefined || found < HEADS_PER_PAGE) return;
    while (at < keys.length && !open.has(keys[at]!)) at += 1;
  }
}
