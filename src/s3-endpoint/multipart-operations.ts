import { keyEncoding } from './bucket-operations.js';
import type { Upload } from './multipart-uploads.js';
import { checkKey, keptHeaders } from './object-operations.js';
import { type Operation, type S3Request, wholeNumber, xmlAnswer } from './operation.js';
import { readText } from './request-body.js';
import { S3Error } from './s3-error.js';
import { elements, textOf, xmlDocument } from './xml.js';

const MOST_PARTS = 10_000;
const PAGE = 1000;

const uploadOf = ({ store, uploads, bucket, key, query }: S3Request): Upload =>
  uploads.find(store.bucket(bucket), key, query.get('uploadId') ?? '');

export const createMultipartUpload: Operation = ({ store, uploads, bucket, key, headers }) => {
  checkKey(key);
  const { id } = uploads.create(store.bucket(bucket), key, keptHeaders(headers));
  return xmlAnswer(xmlDocument('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: id }));
};

export const uploadPart: Operation = async (request) => {
  const upload = uploadOf(request);
  const number = wholeNumber(request.query, 'partNumber', 0, [1, MOST_PARTS]);
  const received = await upload.bucket.receive(request.body);
  await request.uploads.addPart(upload, number, received);
  return { status: 200, headers: { etag: `"${received.md5}"` } };
};

export const completeMultipartUpload: Operation = async (request) => {
  const upload = uploadOf(request);
  const [listed] = elements(await readText(request.body), 'CompleteMultipartUpload');
  const parts = elements(listed ?? '', 'Part').map((part) => ({
    number: Number(textOf(part, 'PartNumber')),
    etag: (textOf(part, 'ETag') ?? '').replace(/^"(.*)"$/, '$1'),
  }));
  if (parts.length === 0) throw new S3Error('MalformedXML');
  const etag = await request.uploads.complete(upload, parts, request.commit);
  return xmlAnswer(
    xmlDocument('CompleteMultipartUploadResult', {
      Location: `http://${request.headers.host}/${request.bucket}/${encodeURI(request.key)}`,
      Bucket: request.bucket,
      Key: request.key,
      ETag: `"${etag}"`,
    }),
  );
};

export const abortMultipartUpload: Operation = async (request) => {
  await request.uploads.abort(uploadOf(request));
  return { status: 204 };
};

export const listParts: Operation = (request) => {
  const upload = uploadOf(request);
  const after = wholeNumber(request.query, 'part-number-marker', 0, [0, MOST_PARTS]);
  const most = Math.min(PAGE, wholeNumber(request.query, 'max-parts', PAGE, [1, 2 ** 31 - 1]));
  const parts = [...upload.parts].filter(([number]) => number > after).sort(([one], [other]) => one - other);
  const page = parts.slice(0, most);
  const truncated = page.length < parts.length;
  return xmlAnswer(
    xmlDocument('ListPartsResult', {
      Bucket: request.bucket,
      Key: request.key,
      UploadId: upload.id,
      PartNumberMarker: after,
      NextPartNumberMarker: truncated ? page.at(-1)![0] : undefined,
      MaxParts: most,
      IsTruncated: truncated,
      Part: page.map(([number, part]) => ({
        PartNumber: number,
        LastModified: part.modified,
        ETag: `"${part.md5}"`,
        Size: part.size,
      })),
    }),
  );
};

/** All on one page: an endpoint for tests has few of them. */
export const listMultipartUploads: Operation = ({ store, uploads, bucket, query }) => {
  const encode = keyEncoding(query);
  const prefix = query.get('prefix') ?? '';
  if (query.get('delimiter')) throw new S3Error('NotImplemented', 'Uploads are not listed by delimiter here');
  return xmlAnswer(
    xmlDocument('ListMultipartUploadsResult', {
      Bucket: bucket,
      Prefix: encode(prefix),
      EncodingType: query.get('encoding-type'),
      IsTruncated: false,
      Upload: uploads
        .of(store.bucket(bucket))
        .filter(({ key }) => key.startsWith(prefix))
        .map(({ key, id, initiated }) => ({
          Key: encode(key),
          UploadId: id,
          Initiated: initiated,
          StorageClass: 'STANDARD',
        })),
    }),
  );
};
