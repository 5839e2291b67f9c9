/** One page of a listing. */
import type { Bucket } from './bucket.js';
import type { StoredObject } from './stored-object.js';

export interface ListRequest {
  prefix: string;
  /** Empty for none. */
  delimiter: string;
  /** Keys and common prefixes up to and with this one have been listed; empty for none. */
  after: string;
  maxKeys: number;
}

export interface Page {
  objects: StoredObject[];
  commonPrefixes: string[];
  /** The last key or common prefix of the page, where more follow. */
  next: string | undefined;
}

const bytesOf = (text: string) => Buffer.from(text);

/** The index of the first of `keys` that is greater than `after`, or at least `least`. */
function firstIndex(keys: readonly string[], least: string, after: string): number {
  const [leastBytes, afterBytes] = [bytesOf(least), bytesOf(after)];
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = bytesOf(keys[middle]!);
    if (key.compare(leastBytes) < 0 || (after !== '' && key.compare(afterBytes) <= 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function listObjects(bucket: Bucket, { prefix, delimiter, after, maxKeys }: ListRequest): Page {
  const keys = bucket.sortedKeys;
  const page: Page = { objects: [], commonPrefixes: [], next: undefined };
  let last: string | undefined;
  for (let index = firstIndex(keys, prefix, after); index < keys.length; index += 1) {
    const key = keys[index]!;
    if (!key.startsWith(prefix)) break;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    if (common !== undefined && (common === last || common === after)) continue;
    if (page.objects.length + page.commonPrefixes.length === maxKeys) return { ...page, next: last };
    if (common === undefined) page.objects.push(bucket.object(key));
    else page.commonPrefixes.push(common);
    last = common ?? key;
  }
  return page;
}
