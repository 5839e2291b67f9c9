/** What is in the bucket already, found out with as few requests as the names allow. */
import type { Report } from '../report.js';
import { ListedObjects, type Remembered } from './listed-objects.js';
import type { S3Store, StoredObject } from './s3-store.js';
import { sendInOrder } from './send-in-order.js';
import { StoreFault } from './store-fault.js';

/** One page of a listing costs a store about as much as asking for so many objects one by one. */
export const HEADS_PER_PAGE = 25;
/** More beginnings than this among the keys of one batch, and they are listed by what all have in common. */
const MOST_LISTINGS_PER_BATCH = 8;

interface Listing {
  prefix: string;
  /** Where the next page begins. */
  next?: string | undefined;
  complete: boolean;
  pages: number;
  /** How many keys were looked up below the prefix. */
  wanted: number;
}

/** What is known of a key: nothing is there; an object is; or the store does not say. */
export type Existing = Remembered | StoredObject | undefined | 'unknown';

/**
 * Looks keys up batch by batch. Keys are listed below their common beginning (`PREFIX/run_` of `PREFIX/run_17.tif`),
 * a page per 1,000 keys, for as long as that is cheaper than asking for the wanted ones: in a folder of a
 * million foreign objects ten names cost one page and ten requests.
 */
export class ExistingObjects {
  readonly #store: S3Store;
  readonly #jobs: number;
  readonly #report: Report;
  readonly #listed = new ListedObjects();
  readonly #listings: Listing[] = [];
  #asked = new Map<string, Existing>();
  #mayList = true;

  constructor(store: S3Store, jobs: number, report: Report) {
    this.#store = store;
    this.#jobs = jobs;
    this.#report = report;
  }

  /**
   * Finds out about a batch of keys; `get` then answers for them until the next batch.
   *
   * @throws a StoreFault
   */
  async lookUp(keys: string[]): Promise<void> {
    this.#asked = new Map();
    const open = new Map<string, Listing>();
    if (this.#mayList) {
      this.#coverWithListings(keys);
      for (const key of keys) {
        const listing = this.#listingOf(key)!;
        listing.wanted += 1;
        open.set(listing.prefix, listing);
      }
      for (const listing of open.values()) await this.#list(listing);
    }
    const unsaid = keys.filter(
      (key) => !this.#listingOf(key)?.complete && this.#listed.get(key) === undefined,
    );
    await this.#ask(unsaid);
  }

  get(key: string): Existing {
    return this.#asked.has(key) ? this.#asked.get(key) : this.#listed.get(key);
  }

  #listingOf(key: string): Listing | undefined {
    return this.#listings.findLast(({ prefix }) => key.startsWith(prefix));
  }

  #coverWithListings(keys: string[]): void {
    const uncovered = keys.filter((key) => this.#listingOf(key) === undefined);
    let prefixes = [...new Set(uncovered.map(stemOf))];
    if (prefixes.length > MOST_LISTINGS_PER_BATCH) prefixes = [commonBeginning(uncovered)];
    for (const prefix of prefixes) this.#listings.push({ prefix, complete: false, pages: 0, wanted: 0 });
  }

  async #list(listing: Listing): Promise<void> {
    while (!listing.complete && listing.pages * HEADS_PER_PAGE < listing.wanted) {
      try {
        const { objects, next } = await this.#store.list(listing.prefix, { after: listing.next });
        for (const object of objects) this.#listed.add(object);
        listing.pages += 1;
        listing.complete = next === undefined;
        listing.next = next;
      } catch (error) {
        if (!(error instanceof StoreFault) || error.code !== 'AccessDenied') throw error;
        this.#report.note('these credentials may not list the bucket: asking for each object instead');
        this.#mayList = false;
        return;
      }
    }
  }

  async #ask(keys: string[]): Promise<void> {
    const ask = async (key: string) => [key, await this.#askOne(key)] as const;
    for await (const [key, answer] of sendInOrder(keys, ask, { jobs: this.#jobs }))
      this.#asked.set(key, answer);
  }

  async #askOne(key: string): Promise<Existing> {
    try {
      return await this.#store.head(key);
    } catch (error) {
      // Without the right to list, stores answer 403 for objects that are not there.
      if (error instanceof StoreFault && error.status === 403 && !this.#mayList) return 'unknown';
      throw error;
    }
  }
}

/** A key without its extension and the digits before: `p/run_` of `p/run_17.mask.png`. */
const stemOf = (key: string): string => key.replace(/\d*(?:\.mask)?\.[A-Za-z]+$/, '');

/** The longest text that all keys begin with, without the digits at its end. */
export function commonBeginning(keys: string[]): string {
  const [first, ...rest] = keys as [string, ...string[]];
  let length = first.length;
  for (const key of rest) while (!key.startsWith(first.slice(0, length))) length -= 1;
  // Digits at its end may be the beginning of a number that runs on; half of a character is none.
  return first.slice(0, length).replace(/\d+$|[\ud800-\udbff]$/, '');
}
