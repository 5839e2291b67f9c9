/** From a request to an answer: who asks, for what, and what goes wrong on the way. */
import type { IncomingMessage } from 'node:http';
import * as buckets from './bucket-operations.js';
import type { FaultRule, Faults, SeenRequest } from './faults.js';
import * as multipart from './multipart-operations.js';
import type { MultipartUploads } from './multipart-uploads.js';
import * as objects from './object-operations.js';
import { type Answer, forgetObject, keepObject, type Operation } from './operation.js';
import { drain, readBody } from './request-body.js';
import { type OperationName, operationOf, parseTarget } from './route.js';
import { isS3ErrorCode, S3Error } from './s3-error.js';
import { type Credentials, checkSignature } from './signature.js';
import type { Store } from './store.js';
import { xmlError } from './xml.js';

const OPERATIONS: Record<OperationName, Operation> = {
  ListBuckets: buckets.listBuckets,
  CreateBucket: buckets.createBucket,
  HeadBucket: buckets.headBucket,
  DeleteBucket: buckets.deleteBucket,
  GetBucketLocation: buckets.getBucketLocation,
  GetBucketVersioning: buckets.getBucketVersioning,
  ListObjects: buckets.listObjectsV1,
  ListObjectsV2: buckets.listObjectsV2,
  DeleteObjects: buckets.deleteObjects,
  ListMultipartUploads: multipart.listMultipartUploads,
  PutObject: objects.putObject,
  GetObject: objects.getObject,
  HeadObject: objects.headObject,
  DeleteObject: objects.deleteObject,
  CreateMultipartUpload: multipart.createMultipartUpload,
  UploadPart: multipart.uploadPart,
  CompleteMultipartUpload: multipart.completeMultipartUpload,
  AbortMultipartUpload: multipart.abortMultipartUpload,
  ListParts: multipart.listParts,
};

/** What an endpoint is made of. */
export interface Parts {
  store: Store;
  uploads: MultipartUploads;
  credentials: Credentials;
  faults: Faults;
  onRequest: (request: SeenRequest & { headers: IncomingMessage['headers'] }) => void;
}

/** What happens to the connection instead of an answer. */
export type Silence = 'reset' | 'close' | 'stall';

export const errorAnswer = ({ status, code, message }: S3Error, resource: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: xmlError({ Code: code, Message: message, Resource: resource }),
});

/** @throws S3Error */
export async function answerRequest(request: IncomingMessage, parts: Parts): Promise<Answer | Silence> {
  const target = parseTarget(request.url ?? '/');
  const { path, query, bucket, key } = target;
  const operation = operationOf(request, target);
  const seen = { operation, bucket, key };
  parts.onRequest({ ...seen, headers: request.headers });

  const rule = parts.faults.next(seen);
  if (rule !== undefined) {
    const early = await failEarly(request, rule, path);
    if (early !== undefined) return early;
  }
  const signed = checkSignature(request, path, query, parts.credentials);
  const answer = await OPERATIONS[operation]({
    bucket,
    key,
    query,
    headers: request.headers,
    body: readBody(request, signed),
    store: parts.store,
    uploads: parts.uploads,
    commit: rule?.fault === 'store-nothing' ? forgetObject : keepObject,
  });
  if (rule?.fault === 'reset-after-storing') return 'reset';
  return rule?.fault === 'wrong-etag' ? withWrongEtag(answer) : answer;
}

/** The answer of a fault that strikes before anything is done; undefined where it strikes later. */
async function failEarly(
  request: IncomingMessage,
  { fault, emptyMessage }: FaultRule,
  path: string,
): Promise<Answer | Silence | undefined> {
  if (fault === 'reset-before-storing') return 'reset';
  if (fault === 'hang-up') return 'close';
  if (fault === 'stall') return 'stall';
  const code = fault === 'error-in-200' ? 'InternalError' : fault;
  if (!isS3ErrorCode(code)) return undefined;
  await drain(request);
  const answer = errorAnswer(new S3Error(code, emptyMessage ? '' : undefined), path);
  return fault === 'error-in-200' ? { ...answer, status: 200 } : answer;
}

const otherDigit = (digit: string): string => ((Number.parseInt(digit, 16) + 1) % 16).toString(16);

function withWrongEtag(answer: Answer): Answer {
  const { headers = {}, body } = answer;
  const wrong = (text: string) => text.replace(/(?<=^"|<ETag>&#34;)[0-9a-f]/g, otherDigit);
  return {
    ...answer,
    headers: headers.etag === undefined ? headers : { ...headers, etag: wrong(headers.etag) },
    ...(typeof body === 'string' ? { body: wrong(body) } : {}),
  };
}
