import { createReadStream } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import type { Operation, S3Request } from './operation.js';
import { S3Error } from './s3-error.js';
import type { StoredObject } from './stored-object.js';

const KEPT = ['cache-control', 'content-disposition', 'content-language', 'content-type', 'expires'];
const MOST_METADATA = 2048;

/** The headers of a request that belong to the object. @throws S3Error MetadataTooLarge */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (KEPT.includes(name)) kept[name] = String(value);
    if (!name.startsWith('x-amz-meta-')) continue;
    kept[name] = String(value);
    size += name.length - 'x-amz-meta-'.length + kept[name].length;
  }
  if (size > MOST_METADATA) throw new S3Error('MetadataTooLarge');
  const coding = headers['content-encoding']?.split(/\s*,\s*/).filter((word) => word !== 'aws-chunked');
  if (coding !== undefined && coding.length > 0) kept['content-encoding'] = coding.join(',');
  return kept;
}

/** @throws S3Error KeyTooLongError */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > 1024) throw new S3Error('KeyTooLongError');
}

export const putObject: Operation = async ({ store, bucket: name, key, headers, body, commit }) => {
  const bucket = store.bucket(name);
  checkKey(key);
  const kept = keptHeaders(headers);
  const received = await bucket.receive(body);
  await commit(bucket, received, { key, etag: received.md5, headers: kept });
  return { status: 200, headers: { etag: `"${received.md5}"` } };
};

const describe = (object: StoredObject): Record<string, string> => ({
  'accept-ranges': 'bytes',
  'content-type': 'binary/octet-stream',
  ...object.headers,
  'content-length': String(object.size),
  etag: `"${object.etag}"`,
  'last-modified': new Date(object.modified).toUTCString(),
});

export const headObject: Operation = ({ store, bucket, key }) => ({
  status: 200,
  headers: describe(store.bucket(bucket).object(key)),
});

/** First and last byte of a `Range` header with one range; undefined where there is none to heed. */
function rangeOf({ headers }: S3Request, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]));
  if (start > end) throw new S3Error('InvalidRange');
  return { start, end };
}

export const getObject: Operation = (request) => {
  const bucket = request.store.bucket(request.bucket);
  const object = bucket.object(request.key);
  const headers = describe(object);
  const range = rangeOf(request, object.size);
  // Opened in the same go as the metadata were read, so that they are of the same object.
  const body = createReadStream('', { fd: bucket.openObject(request.key), ...range });
  if (range === undefined) return { status: 200, headers, body };
  headers['content-range'] = `bytes ${range.start}-${range.end}/${object.size}`;
  headers['content-length'] = String(range.end - range.start + 1);
  return { status: 206, headers, body };
};

export const deleteObject: Operation = ({ store, bucket, key }) => {
  store.bucket(bucket).delete(key);
  return { status: 204 };
};
