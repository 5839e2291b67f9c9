import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { expect, test, vi } from 'vitest';
import { testEndpoint } from '../support/s3.js';
import { workdir } from '../support/workdir.js';

const Bucket = 'bucket';
const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex');
const MIB = 2 ** 20;

const put = (client: S3Client, Key: string, Body: string | Buffer = Key) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body }));

async function get(client: S3Client, Key: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Body!.transformToString();
}

async function list(client: S3Client, options: { Prefix?: string; Delimiter?: string }, pageSize: number) {
  const keys: string[] = [];
  const prefixes: string[] = [];
  for await (const page of paginateListObjectsV2({ client, pageSize }, { Bucket, ...options })) {
    expect(page.KeyCount).toBeLessThanOrEqual(pageSize);
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key!));
    prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!));
  }
  return { keys, prefixes };
}

/** In the order of their UTF-8 bytes. */
const AWKWARD_KEYS = [
  ' a b',
  "!'()*~",
  '+?#%2e',
  '../../escaped.tif',
  '.env',
  '//',
  '<&>"',
  'a',
  'a.tif',
  'a.tif/b',
  'a/',
  'a/b',
  'a/b/c',
  'run (1)_0.tif',
  `${'x'.repeat(300)}/y`,
  '\u00e9',
  'e\u0301'.normalize('NFC').repeat(2),
  '\ufb01',
  '😀.png',
];

test('keeps objects under every key, lists them in order of their bytes, and deletes them', async () => {
  const { client } = await testEndpoint();
  for (const key of [...AWKWARD_KEYS].reverse()) {
    const { ETag } = await put(client, key);
    expect(ETag).toBe(`"${md5(key)}"`);
  }
  for (const key of AWKWARD_KEYS) expect(await get(client, key)).toBe(key);
  for (const pageSize of [1, 2, 1000])
    expect(await list(client, {}, pageSize)).toEqual({ keys: AWKWARD_KEYS, prefixes: [] });
  for (const Key of AWKWARD_KEYS) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  expect(await list(client, {}, 1000)).toEqual({ keys: [], prefixes: [] });
});

test('lists by prefix and delimiter, page by page', async () => {
  const { client } = await testEndpoint();
  for (const key of ['a', 'run/1', 'run/2/x', 'run/2/y', 'run/20', 'run/3/z', 'runs']) await put(client, key);
  for (const pageSize of [1, 2, 3, 1000]) {
    expect(await list(client, { Prefix: 'run/' }, pageSize)).toEqual({
      keys: ['run/1', 'run/2/x', 'run/2/y', 'run/20', 'run/3/z'],
      prefixes: [],
    });
    expect(await list(client, { Prefix: 'run/', Delimiter: '/' }, pageSize)).toEqual({
      keys: ['run/1', 'run/20'],
      prefixes: ['run/2/', 'run/3/'],
    });
  }
});

test('lists what has come and gone since the last listing', async () => {
  const { client } = await testEndpoint();
  const keys = async () => (await list(client, {}, 1000)).keys;
  await put(client, 'b');
  expect(await keys()).toEqual(['b']);
  await put(client, 'a');
  expect(await keys()).toEqual(['a', 'b']);
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'b' }));
  expect(await keys()).toEqual(['a']);
});

test('gives back metadata, type and ranges', async () => {
  const { client } = await testEndpoint();
  await client.send(
    new PutObjectCommand({
      Bucket,
      Key: 'k',
      Body: '0123456789',
      ContentType: 'image/tiff',
      Metadata: { md5: md5('0123456789') },
    }),
  );
  expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({
    ContentLength: 10,
    ContentType: 'image/tiff',
    Metadata: { md5: md5('0123456789') },
    ETag: `"${md5('0123456789')}"`,
  });
  for (const [Range, text] of [
    ['bytes=2-4', '234'],
    ['bytes=7-', '789'],
    ['bytes=-2', '89'],
    ['bytes=8-100', '89'],
  ] as const) {
    const part = await client.send(new GetObjectCommand({ Bucket, Key: 'k', Range }));
    expect(await part.Body!.transformToString()).toBe(text);
  }
  await expect(
    client.send(new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=10-' })),
  ).rejects.toMatchObject({ name: 'InvalidRange' });
});

test('says which bucket, key or upload is missing', async () => {
  const { client } = await testEndpoint();
  const missing = { Bucket: 'nowhere', Key: 'k' };
  await expect(client.send(new GetObjectCommand(missing))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  await expect(client.send(new PutObjectCommand({ ...missing, Body: 'x' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
  await expect(get(client, 'k')).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
    name: 'NotFound',
  });
  await expect(
    client.send(new ListPartsCommand({ Bucket, Key: 'k', UploadId: 'none' })),
  ).rejects.toMatchObject({ name: 'NoSuchUpload' });
  await expect(put(client, 'k'.repeat(1025))).rejects.toMatchObject({ name: 'KeyTooLongError' });
});

test('makes, lists and deletes buckets', async () => {
  const { client } = await testEndpoint();
  await client.send(new CreateBucketCommand({ Bucket: 'second' }));
  await client.send(new HeadBucketCommand({ Bucket: 'second' }));
  const { Buckets } = await client.send(new ListBucketsCommand({}));
  expect(Buckets!.map(({ Name }) => Name)).toEqual(['bucket', 'second']);
  await expect(client.send(new CreateBucketCommand({ Bucket: 'second' }))).rejects.toMatchObject({
    name: 'BucketAlreadyOwnedByYou',
  });
  await put(client, 'k');
  await expect(client.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({
    name: 'BucketNotEmpty',
  });
  await client.send(new DeleteBucketCommand({ Bucket: 'second' }));
  await expect(client.send(new HeadBucketCommand({ Bucket: 'second' }))).rejects.toMatchObject({
    name: 'NotFound',
  });
});

test('deletes many at once, and does not mind what is not there', async () => {
  const { client } = await testEndpoint();
  const keys = ['<a>&b', 'c/d', 'e'];
  for (const key of keys) await put(client, key);
  const Objects = ['<a>&b', 'c/d', 'not there'].map((Key) => ({ Key }));
  const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Deleted).toEqual(Objects);
  expect((await list(client, {}, 1000)).keys).toEqual(['e']);
});

test('joins parts; the ETag is the MD5 of their MD5s', async () => {
  const { client, requests } = await testEndpoint();
  const chunks = Array.from({ length: 12 }, (_, index) => Buffer.alloc(MIB, index));
  const upload = new Upload({
    client,
    params: { Bucket, Key: 'all.tar', Body: Readable.from(chunks) },
    partSize: 5 * MIB,
  });
  await upload.done();
  const whole = Buffer.concat(chunks);
  const digests = [0, 5, 10].map((at) => md5(whole.subarray(at * MIB, (at + 5) * MIB))).join('');
  expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'all.tar' }))).toMatchObject({
    ETag: `"${md5(Buffer.from(digests, 'hex'))}-3"`,
    ContentLength: 12 * MIB,
  });
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'all.tar' }));
  expect(md5(await Body!.transformToByteArray())).toBe(md5(whole));
  expect(requests.map(({ operation }) => operation).filter((name) => name === 'UploadPart')).toHaveLength(3);
});

test('lists unfinished uploads, refuses wrong parts, and aborts without a trace', async () => {
  const { client, directory } = await testEndpoint();
  const Key = 'a b/all.tar';
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const part = (PartNumber: number, Body: string) =>
    client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
  const { ETag: first } = await part(1, 'small');
  await part(2, 'replaced');
  const { ETag: second } = await part(2, 'last');

  const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'a b/' }));
  expect(Uploads).toMatchObject([{ Key, UploadId }]);
  const listed = await client.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 1 }));
  expect(listed).toMatchObject({ Parts: [{ PartNumber: 1, ETag: first, Size: 5 }], IsTruncated: true });
  const rest = await client.send(
    new ListPartsCommand({ Bucket, Key, UploadId, PartNumberMarker: listed.NextPartNumberMarker }),
  );
  expect(rest).toMatchObject({ Parts: [{ PartNumber: 2, ETag: second, Size: 4 }], IsTruncated: false });

  const complete = (...Parts: { PartNumber: number; ETag: string | undefined }[]) =>
    client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  const [one, two] = [
    { PartNumber: 1, ETag: first },
    { PartNumber: 2, ETag: second },
  ];
  await expect(complete({ ...one, ETag: second }, two)).rejects.toMatchObject({ name: 'InvalidPart' });
  await expect(complete(two, one)).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(complete(one, two)).rejects.toMatchObject({ name: 'EntityTooSmall' });

  await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  await expect(complete(two)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  await expect(get(client, Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
  expect(readdirSync(join(directory, 'bucket', 'incoming'))).toEqual([]);
});

test('shows a person browsing its folder the objects as files, none of them outside', async () => {
  const parent = workdir();
  const { client } = await testEndpoint({ directory: join(parent, 'data') });
  await put(client, 'tank25/run_1.tif', 'image');
  await put(client, '../../../escaped.tif', 'image');
  expect(readFileSync(join(parent, 'data/bucket/objects/tank25/run_1.tif'), 'utf8')).toBe('image');
  expect(readdirSync(parent)).toEqual(['data']);
  expect(readdirSync(join(parent, 'data'))).toEqual(['bucket']);
});

test('has everything again after a new start', async () => {
  const directory = workdir();
  const first = await testEndpoint({ directory });
  for (const key of AWKWARD_KEYS) await put(first.client, key);
  const before = await first.client.send(new HeadObjectCommand({ Bucket, Key: 'a/b' }));
  await first.stop();
  const { client } = await testEndpoint({ directory, buckets: [] });
  expect((await list(client, {}, 1000)).keys).toEqual(AWKWARD_KEYS);
  const { $metadata, ...after } = await client.send(new HeadObjectCommand({ Bucket, Key: 'a/b' }));
  expect(before).toMatchObject(after);
});

test('leaves nothing half written when it is stopped', async () => {
  const { client, directory, stop } = await testEndpoint();
  const incoming = join(directory, 'bucket', 'incoming');
  const Body = new Readable({ read() {} });
  const cut = client.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ContentLength: 1000 }));
  Body.push(Buffer.alloc(500));
  await vi.waitUntil(() => readdirSync(incoming).length === 1, { timeout: 60_000 });
  await Promise.all([stop(), expect(cut).rejects.toThrow()]);
  expect(readdirSync(incoming)).toEqual([]);
});

test('survives thousands of puts at once, some for the same key', async () => {
  const { client } = await testEndpoint();
  await Promise.all(
    Array.from({ length: 3000 }, (_, index) =>
      put(client, `run_${index % 2500}.tif`, Buffer.alloc(index, index)),
    ),
  );
  const { keys } = await list(client, {}, 1000);
  expect(keys).toHaveLength(2500);
  for (const index of [0, 17, 2499]) {
    const { ETag, Body } = await client.send(new GetObjectCommand({ Bucket, Key: `run_${index}.tif` }));
    expect(ETag).toBe(`"${md5(await Body!.transformToByteArray())}"`);
  }
});
