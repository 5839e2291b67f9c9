/** Stores files through the external API: in batches, each file asked for before and after. */
import { inBatches } from './batches.js';
import type { ObjectStoreApi } from './object-store-api.js';
import type { Receipt } from './receipt.js';
import { sendInOrder } from './send-in-order.js';
import { StoreFault } from './store-fault.js';
import type { ObjectToStore } from './stored-file.js';

export interface ApiUploadOptions {
  jobs: number;
  /** Send files whose names are there already, too. */
  replace: boolean;
  signal: AbortSignal;
}

/** The API's framework refuses forms of more than 1,000 files. */
const BATCH = { objects: 999, bytes: 64 * 2 ** 20 };
/** Batches that fail one after the other, and the API is held to be down. */
const MOST_FAILURES_IN_A_ROW = 2;

/** The API puts its (empty) prefix and a slash before every name, and must be asked for that. */
export const apiKey = (name: string): string => `/${name}`;

/** Why the API cannot carry a name; undefined where it can. Forms have quotes around names and no escapes that all readers know. */
export const apiNameFault = (name: string): string | undefined =>
  /["\\]/.test(name) ? 'has a quote or a backslash in it, which the API cannot carry' : undefined;

/**
 * Stores objects, whose keys are names here, and gives a receipt for each, in their order.
 *
 * @throws a StoreFault where nothing could be stored any more, and whatever `objects` throws
 */
export async function* uploadToApi(
  objects: AsyncIterable<ObjectToStore>,
  api: ObjectStoreApi,
  options: ApiUploadOptions,
): AsyncGenerator<Receipt> {
  let failuresInARow = 0;
  for await (const batch of inBatches(objects, BATCH)) {
    const present = options.replace ? batch.map(() => false) : await existence(batch, api, options);
    if (options.signal.aborted) return;
    const missing = batch.filter((_, at) => !present[at]);
    let fault: StoreFault | undefined;
    if (missing.length > 0) {
      try {
        await api.upload(missing.map((object) => ({ name: object.key, object })));
        failuresInARow = 0;
      } catch (error) {
        if (!(error instanceof StoreFault)) throw error;
        failuresInARow += 1;
        if (error.verdict === 'end' || failuresInARow >= MOST_FAILURES_IN_A_ROW) throw error;
        fault = error;
      }
    }
    const stored = fault === undefined ? await existence(missing, api, options) : missing.map(() => false);
    const isStored = new Map(missing.map((object, at) => [object, stored[at]!]));
    for (const object of batch) {
      const { key: name, bytes, md5, kind } = object;
      const receipt = { bucket: api.bucket, key: apiKey(name), bytes: bytes.length, md5, kind };
      const there = isStored.get(object);
      if (there === undefined) yield { ...receipt, status: 'present', verified: 'exists' };
      else if (there) yield { ...receipt, status: 'uploaded', verified: 'exists' };
      else yield { ...receipt, status: 'failed', error: reason(fault) };
    }
  }
}

const reason = (fault: StoreFault | undefined): string =>
  fault === undefined
    ? 'the API accepted it and did not store it'
    : `the API did not take it: ${fault.message} (${fault.code})`;

/** Not cut short by an interruption: what was sent must get its receipt. */
async function existence(
  objects: ObjectToStore[],
  api: ObjectStoreApi,
  { jobs }: ApiUploadOptions,
): Promise<boolean[]> {
  const answers: boolean[] = [];
  for await (const answer of sendInOrder(objects, ({ key }) => api.exists(apiKey(key)), { jobs }))
    answers.push(answer);
  return answers;
}
