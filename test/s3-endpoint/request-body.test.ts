import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { checksumFor } from '../../src/s3-endpoint/checksums.js';
import { testEndpoint } from '../support/s3.js';
import { type Sent, signedRequest } from '../support/signed-request.js';

const body = 'Ceratium furca';
const path = '/bucket/k';
const base64 = (algorithm: string, text = body) => createHash(algorithm).update(text).digest('base64');
const crc = (text: string) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString('base64');
};

test.each<[string, Record<string, string>]>([
  ['a digest of the body', {}],
  ['an MD5', { 'Content-MD5': base64('md5') }],
  ['no digest', { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' }],
  ['a CRC-32', { 'x-amz-checksum-crc32': crc(body) }],
  ['a SHA-1', { 'x-amz-checksum-sha1': base64('sha1') }],
  ['a SHA-256', { 'x-amz-checksum-sha256': base64('sha256') }],
])('takes a body with %s', async (_, headers) => {
  const { url } = await testEndpoint();
  const put = await signedRequest(url, { method: 'PUT', path, headers, body });
  expect(put).toMatchObject({
    status: 200,
    headers: { etag: `"${createHash('md5').update(body).digest('hex')}"` },
  });
  expect((await signedRequest(url, { path })).text).toBe(body);
});

const put: Omit<Sent, 'path'> = { method: 'PUT', body };
test.each<[string, Omit<Sent, 'path'>, string]>([
  ['an MD5 of other bytes', { headers: { 'Content-MD5': base64('md5', 'x') } }, 'BadDigest'],
  ['an MD5 in hex', { headers: { 'Content-MD5': createHash('md5').digest('hex') } }, 'InvalidDigest'],
  ['other bytes than were signed', { tampered: { body: 'Ceratium fusus' } }, 'XAmzContentSHA256Mismatch'],
  ['a CRC-32 of other bytes', { headers: { 'x-amz-checksum-crc32': crc('x') } }, 'BadDigest'],
  ['a checksum nobody knows', { headers: { 'x-amz-checksum-adler': 'AAAA' } }, 'NotImplemented'],
  ['a word for a digest', { headers: { 'X-Amz-Content-Sha256': 'trust-me' } }, 'InvalidArgument'],
])('refuses a body with %s, and keeps nothing', async (_, sent, code) => {
  const { url, directory } = await testEndpoint();
  expect(await signedRequest(url, { ...put, path, ...sent })).toMatchObject({ code });
  expect((await signedRequest(url, { path })).code).toBe('NoSuchKey');
  expect(readdirSync(join(directory, 'bucket', 'incoming'))).toEqual([]);
});

test("computes the CRC-32C of Amazon's example", () => {
  const checksum = checksumFor('x-amz-checksum-crc32c');
  for (const size of [65_000, 1_560]) checksum.update(Buffer.alloc(size, 'a'));
  expect(checksum.base64()).toBe('sOO8/Q==');
});
