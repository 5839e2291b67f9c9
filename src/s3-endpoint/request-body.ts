/** Reads the body of a request and checks it against everything its headers and trailers say of it. */
import type { IncomingMessage } from 'node:http';
import { decodeChunked } from './aws-chunked.js';
import { type Checksum, checksumFor, digest, isChecksumHeader } from './checksums.js';
import { S3Error } from './s3-error.js';
import type { Signed } from './signature.js';

const PAYLOAD_WORDS = new Set([
  'UNSIGNED-PAYLOAD',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
]);

interface Promised {
  checksum: Checksum;
  /** What it must come to, base64; undefined where a trailer will say. */
  value: string | undefined;
  mismatch: () => S3Error;
}

/** A checksum by the name of its header; what the header says of it, undefined where a trailer will. */
const amazonChecksum = (header: string, value: string | undefined): [string, Promised] => [
  header,
  {
    checksum: checksumFor(header),
    value,
    mismatch: () => new S3Error('BadDigest', `The ${header} you specified did not match what we received`),
  },
];

function promisedDigests(request: IncomingMessage, payload: string): Map<string, Promised> {
  const promised = new Map<string, Promised>();
  const md5 = request.headersDistinct['content-md5']?.[0];
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16) throw new S3Error('InvalidDigest');
    promised.set('content-md5', {
      checksum: digest('md5'),
      value: md5,
      mismatch: () => new S3Error('BadDigest'),
    });
  }
  if (!PAYLOAD_WORDS.has(payload)) {
    if (!/^[0-9a-f]{64}$/.test(payload))
      throw new S3Error('InvalidArgument', 'x-amz-content-sha256 is not known');
    promised.set('x-amz-content-sha256', {
      checksum: digest('sha256'),
      value: Buffer.from(payload, 'hex').toString('base64'),
      mismatch: () => new S3Error('XAmzContentSHA256Mismatch'),
    });
  }
  for (const [name, value] of Object.entries(request.headers))
    if (isChecksumHeader(name)) promised.set(...amazonChecksum(name, String(value)));
  const announced = request.headersDistinct['x-amz-trailer']?.[0]?.toLowerCase().split(/\s*,\s*/) ?? [];
  for (const name of announced) if (isChecksumHeader(name)) promised.set(...amazonChecksum(name, undefined));
  return promised;
}

/**
 * The bytes that the client means, piece by piece. Whoever keeps them must undo that when this throws, which may
 * be after the last piece.
 *
 * @throws S3Error where length, digest, checksum or signature do not match
 */
export async function* readBody(request: IncomingMessage, signed: Signed): AsyncGenerator<Uint8Array> {
  const chunked = signed.payload.startsWith('STREAMING-');
  const length = request.headersDistinct[chunked ? 'x-amz-decoded-content-length' : 'content-length']?.[0];
  if (length === undefined || !/^\d+$/.test(length)) throw new S3Error('MissingContentLength');
  const promised = promisedDigests(request, signed.payload);
  const trailers = new Map<string, string>();

  let size = 0;
  // A request that is given up on is still to be answered, so its socket must outlive the reading.
  const sent: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  for await (const piece of chunked ? decodeChunked(sent, signed, trailers) : sent) {
    size += piece.length;
    for (const { checksum } of promised.values()) checksum.update(piece);
    yield piece;
  }

  if (size !== Number(length)) throw new S3Error('IncompleteBody');
  for (const [name, { checksum, value = trailers.get(name), mismatch }] of promised)
    if (checksum.base64() !== value) throw mismatch();
}

/**
 * A small body as text, such as the XML of a request.
 *
 * @throws S3Error EntityTooLarge where it has more than 8 MiB
 */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > 8 * 2 ** 20) throw new S3Error('EntityTooLarge');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Reads what is left of a request, because a client that is still sending may miss an answer. */
export async function drain(request: IncomingMessage): Promise<void> {
  for await (const _ of request.iterator({ destroyOnReturn: false }));
}
