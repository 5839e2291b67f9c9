/** Tells from method, path and query what a request asks for. */
import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.js';
import { decodeUri } from './uri.js';

/** Names as Amazon's API reference has them. */
export type OperationName =
  | 'ListBuckets'
  | 'CreateBucket'
  | 'HeadBucket'
  | 'DeleteBucket'
  | 'GetBucketLocation'
  | 'GetBucketVersioning'
  | 'ListObjects'
  | 'ListObjectsV2'
  | 'DeleteObjects'
  | 'ListMultipartUploads'
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListParts';

export interface Target {
  /** The path, percent-decoded. */
  path: string;
  /** Percent-decoded. */
  query: ReadonlyMap<string, string>;
  /** Empty for ListBuckets. */
  bucket: string;
  /** Empty for what concerns a bucket as a whole. */
  key: string;
}

/** Takes the request's URL apart. Nothing is resolved: `..` is a segment like any other. */
export function parseTarget(url: string): Target {
  const question = url.indexOf('?');
  const path = decodeUri(question < 0 ? url : url.slice(0, question));
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?([\s\S]*)$/.exec(path) ?? [];
  const query = new Map<string, string>();
  for (const pair of question < 0 ? [] : url.slice(question + 1).split('&')) {
    if (pair === '') continue;
    const [name, ...value] = pair.split('=');
    query.set(decodeUri(name!), decodeUri(value.join('=')));
  }
  return { path, query, bucket, key };
}

/** Parameters that turn a request into another one, such as `?acl`, and which operation they make it. */
const BUCKET_OPERATIONS: Record<string, OperationName> = {
  'PUT ': 'CreateBucket',
  'HEAD ': 'HeadBucket',
  'DELETE ': 'DeleteBucket',
  'GET location': 'GetBucketLocation',
  'GET versioning': 'GetBucketVersioning',
  'GET ': 'ListObjects',
  'GET list-type': 'ListObjectsV2',
  'POST delete': 'DeleteObjects',
  'GET uploads': 'ListMultipartUploads',
};
const OBJECT_OPERATIONS: Record<string, OperationName> = {
  'PUT ': 'PutObject',
  'GET ': 'GetObject',
  'HEAD ': 'HeadObject',
  'DELETE ': 'DeleteObject',
  'POST uploads': 'CreateMultipartUpload',
  'PUT partNumber uploadId': 'UploadPart',
  'POST uploadId': 'CompleteMultipartUpload',
  'DELETE uploadId': 'AbortMultipartUpload',
  'GET uploadId': 'ListParts',
};

/** Parameters that only say how an operation is to be done. */
const DETAILS = new Set([
  'continuation-token',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'key-marker',
  'marker',
  'max-keys',
  'max-parts',
  'max-uploads',
  'part-number-marker',
  'prefix',
  'start-after',
  'upload-id-marker',
  'x-id',
]);

/** @throws S3Error NotImplemented for what this store does not do */
export function operationOf(request: IncomingMessage, { query, bucket, key }: Target): OperationName {
  if (bucket === '' && request.method === 'GET') return 'ListBuckets';
  const kinds = [...query.keys()].filter((name) => !DETAILS.has(name)).sort();
  const operations = key === '' ? BUCKET_OPERATIONS : OBJECT_OPERATIONS;
  const operation = operations[`${request.method} ${kinds.join(' ')}`];
  if (operation === undefined || request.headers['x-amz-copy-source'] !== undefined)
    throw new S3Error('NotImplemented');
  return operation;
}
