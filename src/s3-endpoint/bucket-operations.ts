import { listObjects, type Page } from './list-objects.js';
import { type Answer, type Operation, type S3Request, wholeNumber, xmlAnswer } from './operation.js';
import { readText } from './request-body.js';
import { S3Error } from './s3-error.js';
import { encodePath } from './uri.js';
import { elements, textOf, type XmlFields, xmlDocument } from './xml.js';

const PAGE = 1000;

export const listBuckets: Operation = ({ store }) =>
  xmlAnswer(
    xmlDocument('ListAllMyBucketsResult', {
      Owner: { ID: 'owner', DisplayName: 'owner' },
      Buckets: { Bucket: store.buckets.map(({ name, created }) => ({ Name: name, CreationDate: created })) },
    }),
  );

/** The body names a region, which means nothing here. */
export const createBucket: Operation = async ({ store, bucket, body }) => {
  await readText(body);
  store.createBucket(bucket);
  return { status: 200, headers: { location: `/${bucket}` } };
};

export const headBucket: Operation = ({ store, bucket }) => {
  store.bucket(bucket);
  return { status: 200 };
};

export const deleteBucket: Operation = ({ store, bucket }) => {
  store.deleteBucket(bucket);
  return { status: 204 };
};

export const getBucketLocation: Operation = ({ store, bucket }) => {
  store.bucket(bucket);
  return xmlAnswer(xmlDocument('LocationConstraint', {}));
};

/** There are no versions. */
export const getBucketVersioning: Operation = ({ store, bucket }) => {
  store.bucket(bucket);
  return xmlAnswer(xmlDocument('VersioningConfiguration', {}));
};

/** How a listing writes keys: as they are, or percent-encoded where the client asks for that. */
export function keyEncoding(query: ReadonlyMap<string, string>): (text: string) => string {
  const asked = query.get('encoding-type');
  if (asked === undefined) return (text) => text;
  if (asked !== 'url') throw new S3Error('InvalidArgument', `encoding-type cannot be ${asked}`);
  return encodePath;
}

function listing({ store, bucket, query }: S3Request, after: string): { page: Page; fields: XmlFields } {
  const encode = keyEncoding(query);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxKeys = Math.min(PAGE, wholeNumber(query, 'max-keys', PAGE, [0, 2 ** 31 - 1]));
  const page = listObjects(store.bucket(bucket), { prefix, delimiter, after, maxKeys });
  const fields = {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: maxKeys,
    EncodingType: query.get('encoding-type'),
    IsTruncated: page.next !== undefined,
    Contents: page.objects.map(({ key, modified, etag, size }) => ({
      Key: encode(key),
      LastModified: modified,
      ETag: `"${etag}"`,
      Size: size,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
  };
  return { page, fields };
}

export const listObjectsV1: Operation = (request) => {
  const encode = keyEncoding(request.query);
  const marker = request.query.get('marker') ?? '';
  const { page, fields } = listing(request, marker);
  const next = page.next === undefined ? undefined : encode(page.next);
  return xmlAnswer(xmlDocument('ListBucketResult', { ...fields, Marker: encode(marker), NextMarker: next }));
};

export const listObjectsV2: Operation = (request) => {
  const encode = keyEncoding(request.query);
  const token = request.query.get('continuation-token');
  const startAfter = request.query.get('start-after');
  const after = token === undefined ? (startAfter ?? '') : Buffer.from(token, 'base64url').toString();
  const { page, fields } = listing(request, after);
  return xmlAnswer(
    xmlDocument('ListBucketResult', {
      ...fields,
      KeyCount: page.objects.length + page.commonPrefixes.length,
      StartAfter: startAfter === undefined ? undefined : encode(startAfter),
      ContinuationToken: token,
      NextContinuationToken:
        page.next === undefined ? undefined : Buffer.from(page.next).toString('base64url'),
    }),
  );
};

export const deleteObjects: Operation = async ({ store, bucket: name, body }): Promise<Answer> => {
  const bucket = store.bucket(name);
  const [request] = elements(await readText(body), 'Delete');
  if (request === undefined) throw new S3Error('MalformedXML');
  const keys = elements(request, 'Object').map((object) => textOf(object, 'Key'));
  if (keys.length === 0 || keys.length > PAGE) throw new S3Error('MalformedXML');
  const deleted = keys.map((key) => {
    if (key === undefined) throw new S3Error('MalformedXML');
    return { Key: key };
  });
  for (const { Key } of deleted) bucket.delete(Key);
  const quiet = textOf(request, 'Quiet') === 'true';
  return xmlAnswer(xmlDocument('DeleteResult', { Deleted: quiet ? [] : deleted }));
};
