import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import type { Fault } from '../../src/s3-endpoint/faults.js';
import { type TestEndpoint, testEndpoint } from '../support/s3.js';
import { signedRequest } from '../support/signed-request.js';

const Bucket = 'bucket';
const body = 'Noctiluca';
const rightEtag = `"${createHash('md5').update(body).digest('hex')}"`;

const put = ({ url }: TestEndpoint, key = 'k') =>
  signedRequest(url, { method: 'PUT', path: `/bucket/${key}`, body });
const stored = async ({ url }: TestEndpoint, key = 'k') =>
  (await signedRequest(url, { path: `/bucket/${key}` })).text === body;

test.each<[Fault, number]>([
  ['InternalError', 500],
  ['SlowDown', 503],
  ['AccessDenied', 403],
  ['NoSuchBucket', 404],
])('answers %s with status %i and stores nothing', async (fault, status) => {
  const endpoint = await testEndpoint();
  endpoint.faults.inject({ fault, operation: 'PutObject' });
  const answer = await put(endpoint);
  expect(answer).toMatchObject({ status, code: fault });
  expect(answer.text).toMatch(/<Message>.+<\/Message>/);
  expect(await stored(endpoint)).toBe(false);
});

test('leaves the message of an error empty', async () => {
  const endpoint = await testEndpoint();
  endpoint.faults.inject({ fault: 'SlowDown', emptyMessage: true });
  expect((await put(endpoint)).text).toContain('<Code>SlowDown</Code><Message></Message>');
});

test.each<[Fault, string, boolean]>([
  ['reset-before-storing', 'ECONNRESET', false],
  ['reset-after-storing', 'ECONNRESET', true],
  ['hang-up', 'UND_ERR_SOCKET', false],
])('%s: the connection ends with %s; stored is %s', async (fault, code, isStored) => {
  const endpoint = await testEndpoint();
  endpoint.faults.inject({ fault, operation: 'PutObject' });
  await expect(put(endpoint)).rejects.toMatchObject({ code });
  expect(await stored(endpoint)).toBe(isStored);
});

test('stalls until the client gives up, and stores nothing', async () => {
  const endpoint = await testEndpoint();
  endpoint.faults.inject({ fault: 'stall', operation: 'PutObject', first: 1 });
  const abortSignal = AbortSignal.timeout(300);
  await expect(
    endpoint.client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: body }), { abortSignal }),
  ).rejects.toMatchObject({ name: 'AbortError' });
  expect(await stored(endpoint)).toBe(false);
});

test('says yes with the right ETag, and has nothing', async () => {
  const endpoint = await testEndpoint();
  await put(endpoint, 'before');
  endpoint.faults.inject({ fault: 'store-nothing', operation: 'PutObject' });
  expect(await put(endpoint)).toMatchObject({ status: 200, headers: { etag: rightEtag } });
  expect(await stored(endpoint)).toBe(false);
  expect(await stored(endpoint, 'before')).toBe(true);
});

test('stores, and answers with a wrong ETag', async () => {
  const endpoint = await testEndpoint();
  endpoint.faults.inject({ fault: 'wrong-etag', operation: 'PutObject' });
  const { status, headers } = await put(endpoint);
  expect(status).toBe(200);
  expect(headers.etag).toMatch(/^"[0-9a-f]{32}"$/);
  expect(headers.etag).not.toBe(rightEtag);
  expect(await stored(endpoint)).toBe(true);
});

async function multipart({ client }: TestEndpoint): Promise<string | undefined> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
  const { ETag } = await client.send(
    new UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber: 1, Body: body }),
  );
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  const answer = await client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key: 'k', UploadId, MultipartUpload }),
  );
  return answer.ETag;
}

test('completes a multipart upload with an error inside a 200, a wrong ETag, or nothing stored', async () => {
  const endpoint = await testEndpoint();
  const operation = 'CompleteMultipartUpload';
  endpoint.faults.inject({ fault: 'error-in-200', operation, first: 1 });
  await expect(multipart(endpoint)).rejects.toMatchObject({ name: 'InternalError' });
  expect(await stored(endpoint)).toBe(false);

  endpoint.faults.inject({ fault: 'store-nothing', operation, first: 1 });
  const etag = await multipart(endpoint);
  expect(await stored(endpoint)).toBe(false);

  endpoint.faults.inject({ fault: 'wrong-etag', operation, first: 1 });
  expect(await multipart(endpoint)).not.toBe(etag);
  expect(await stored(endpoint)).toBe(true);
  expect(await multipart(endpoint)).toBe(etag);
});

test('strikes the first few, or every k-th, of the requests that a rule is for', async () => {
  const endpoint = await testEndpoint();
  const statuses = async () => {
    const all: number[] = [];
    for (let index = 0; index < 6; index += 1) all.push((await put(endpoint, `run_${index}`)).status);
    return all;
  };
  const first = endpoint.faults.inject({ fault: 'SlowDown', first: 2 });
  expect(await statuses()).toEqual([503, 503, 200, 200, 200, 200]);
  expect(first).toMatchObject({ matched: 6, fired: 2 });
  endpoint.faults.clear();

  endpoint.faults.inject({ fault: 'SlowDown', every: 3 });
  expect(await statuses()).toEqual([200, 200, 503, 200, 200, 503]);
  endpoint.faults.clear();

  endpoint.faults.inject({ fault: 'SlowDown', key: /[14]$/, operation: 'PutObject' });
  endpoint.faults.inject({ fault: 'AccessDenied', when: ({ key }) => key === 'run_5' });
  expect(await statuses()).toEqual([200, 503, 200, 200, 503, 403]);
});

test('knows no other faults', async () => {
  const { faults } = await testEndpoint();
  expect(() => faults.inject({ fault: 'sulk' as Fault })).toThrow('no such fault: sulk');
});

test('reset clients can go on with another connection', async () => {
  const endpoint = await testEndpoint();
  endpoint.faults.inject({ fault: 'hang-up', every: 2 });
  for (const Key of ['a', 'b']) {
    await endpoint.client.send(new PutObjectCommand({ Bucket, Key, Body: body }));
    await expect(endpoint.client.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
  }
});
