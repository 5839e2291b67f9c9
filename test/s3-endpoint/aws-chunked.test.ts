import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { decodeChunked } from '../../src/s3-endpoint/aws-chunked.js';
import type { Signed } from '../../src/s3-endpoint/signature.js';

/**
 * The example of Amazon's S3 API reference, "Signature Calculations for the Authorization Header: Transferring
 * Payload in Multiple Chunks": 65 KiB of the letter a.
 */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const signingKey = ['us-east-1', 's3', 'aws4_request'].reduce<Buffer>(
  (key, part) => hmac(key, part),
  hmac(`AWS4${SECRET}`, '20130524'),
);
const amazonsExample: Signed = {
  payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  date: '20130524T000000Z',
  scope: '20130524/us-east-1/s3/aws4_request',
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  sign: (text) => hmac(signingKey, text).toString('hex'),
};
const amazonsBody = [
  '10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n',
  `${'a'.repeat(65_536)}\r\n`,
  '400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n',
  `${'a'.repeat(1024)}\r\n`,
  '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n',
].join('');

const unsigned: Signed = { ...amazonsExample, payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' };

async function decode(body: string, signed: Signed, slice = 1000) {
  async function* slices() {
    for (let at = 0; at < body.length; at += slice) yield Buffer.from(body.slice(at, at + slice));
  }
  const trailers = new Map<string, string>();
  const pieces: Uint8Array[] = [];
  for await (const piece of decodeChunked(slices(), signed, trailers)) pieces.push(piece);
  return { text: Buffer.concat(pieces).toString(), trailers: Object.fromEntries(trailers) };
}

test.each([1, 7, 1000, 1_000_000])("decodes Amazon's signed example in slices of %i bytes", async (slice) => {
  const { text } = await decode(amazonsBody, amazonsExample, slice);
  expect(text).toBe('a'.repeat(66_560));
});

test.each([
  ['a changed byte', amazonsBody.replace('aaa', 'aba')],
  ['a changed signature', amazonsBody.replace('=0055', '=0056')],
  ['a missing signature', amazonsBody.replace(/400;.*/, '400')],
])('refuses %s', async (_, body) => {
  await expect(decode(body, amazonsExample)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
});

test('reads the trailers of an unsigned body', async () => {
  const body = '3\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32: hYfYZQ==\r\n\r\n';
  expect(await decode(body, unsigned, 1)).toEqual({
    text: 'abcde',
    trailers: { 'x-amz-checksum-crc32': 'hYfYZQ==' },
  });
});

/** The example of "… in Multiple Chunks (Signature Version 4) with trailing headers". */
const amazonsTrailerExample: Signed = {
  ...amazonsExample,
  payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  signature: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
};
const amazonsTrailerBody = [
  '10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n',
  `${'a'.repeat(65_536)}\r\n`,
  '400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n',
  `${'a'.repeat(1024)}\r\n`,
  '0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n',
  'x-amz-checksum-crc32c:sOO8/Q==\r\n',
  'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
].join('');

test("checks the signature of the trailers of Amazon's second example", async () => {
  const { trailers } = await decode(amazonsTrailerBody, amazonsTrailerExample);
  expect(trailers).toEqual({ 'x-amz-checksum-crc32c': 'sOO8/Q==' });
  const changed = amazonsTrailerBody.replace('sOO8', 'sOO9');
  await expect(decode(changed, amazonsTrailerExample)).rejects.toMatchObject({
    code: 'SignatureDoesNotMatch',
  });
});

test.each([
  ['ends inside a chunk', '5\r\nabc'],
  ['ends before its last chunk', '3\r\nabc\r\n'],
  ['ends before its trailers do', '3\r\nabc\r\n0\r\n'],
  ['has a chunk longer than it says', '2\r\nabc\r\n0\r\n\r\n'],
  ['is not chunked', `${'abc'.repeat(10_000)}`],
])('refuses a body that %s', async (_, body) => {
  await expect(decode(body, unsigned)).rejects.toMatchObject({ code: 'IncompleteBody' });
});
