/** What an operation gets and gives. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Bucket, Received } from './bucket.js';
import type { MultipartUploads } from './multipart-uploads.js';
import { S3Error } from './s3-error.js';
import type { Store } from './store.js';
import type { StoredObject } from './stored-object.js';

/** Makes received bytes an object of the bucket. */
export type Commit = (
  bucket: Bucket,
  received: Received,
  description: Pick<StoredObject, 'key' | 'etag' | 'headers'>,
) => void | Promise<void>;

export const keepObject: Commit = (bucket, received, description) => bucket.store(received, description);

/** What a store does that says yes and keeps nothing. */
export const forgetObject: Commit = (bucket, received) => bucket.discard(received);

/** A request whose sender is known; its body is checked while it is read. */
export interface S3Request {
  bucket: string;
  key: string;
  query: ReadonlyMap<string, string>;
  headers: IncomingHttpHeaders;
  body: AsyncIterable<Uint8Array>;
  store: Store;
  uploads: MultipartUploads;
  commit: Commit;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Readable;
}

export type Operation = (request: S3Request) => Answer | Promise<Answer>;

export const xmlAnswer = (body: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body,
});

/** A whole number from the query, `fallback` where it is absent. */
export function wholeNumber(
  query: ReadonlyMap<string, string>,
  name: string,
  fallback: number,
  [least, most]: [number, number],
): number {
  const text = query.get(name) ?? String(fallback);
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) throw new S3Error('InvalidArgument', `${name} cannot be ${text}`);
  return number;
}
