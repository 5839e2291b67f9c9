/**
 * Undoes the `aws-chunked` coding, in which SDKs send bodies whose digest they do not know beforehand: each
 * chunk with its length and, where the body is signed, a signature that hangs on the one before; after the last,
 * trailers with a checksum. ("Signature Calculations for the Authorization Header: Transferring Payload in
 * Multiple Chunks" in Amazon's S3 API reference.)
 */
import { createHash } from 'node:crypto';
import { S3Error } from './s3-error.js';
import { type Signed, sameText, sha256 } from './signature.js';

const LONGEST_LINE = 8 * 1024;
const EMPTY = sha256('');

/** Hands out the lines and the exact numbers of bytes of a stream. */
class Bytes {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Lets go of the source; whoever handed it over may read on. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #more(): Promise<void> {
    const next = await this.#source.next();
    if (next.done) throw new S3Error('IncompleteBody', 'The chunked body ends early');
    this.#held = this.#held.length === 0 ? Buffer.from(next.value) : Buffer.concat([this.#held, next.value]);
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#held.toString('latin1', 0, end);
        this.#held = this.#held.subarray(end + 2);
        return line;
      }
      if (this.#held.length > LONGEST_LINE) throw new S3Error('IncompleteBody', 'A chunk header is too long');
      await this.#more();
    }
  }

  async *exactly(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (this.#held.length === 0) await this.#more();
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
}

/** Each signature hangs on the one before; the first on that of the request. */
class SignatureChain {
  readonly #signed: Signed;
  #previous: string;

  constructor(signed: Signed) {
    this.#signed = signed;
    this.#previous = signed.signature;
  }

  check(algorithm: string, given: string | undefined, ...digests: string[]): void {
    const { sign, date, scope } = this.#signed;
    const expected = sign([algorithm, date, scope, this.#previous, ...digests].join('\n'));
    if (!sameText(expected, given ?? ''))
      throw new S3Error('SignatureDoesNotMatch', 'A chunk is signed wrongly');
    this.#previous = expected;
  }
}

/**
 * The body's own bytes.
 *
 * @param trailers is filled with the trailers that follow the last chunk, names in lower case
 * @throws S3Error where the coding or a signature is wrong
 */
export async function* decodeChunked(
  source: AsyncIterable<Uint8Array>,
  signed: Signed,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const bytes = new Bytes(source);
  const chain = signed.payload.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')
    ? new SignatureChain(signed)
    : undefined;
  try {
    yield* readChunks(bytes, chain);
    await readTrailers(bytes, signed.payload.endsWith('-TRAILER') ? chain : undefined, trailers);
  } finally {
    await bytes.close();
  }
}

async function* readChunks(bytes: Bytes, chain: SignatureChain | undefined): AsyncGenerator<Buffer> {
  for (;;) {
    const header = /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(await bytes.line());
    if (header === null) throw new S3Error('IncompleteBody', 'The body is not in aws-chunked coding');
    const size = Number.parseInt(header[1]!, 16);
    const digest = createHash('sha256');
    for await (const piece of bytes.exactly(size)) {
      if (chain) digest.update(piece);
      yield piece;
    }
    chain?.check('AWS4-HMAC-SHA256-PAYLOAD', header[2], EMPTY, digest.digest('hex'));
    if (size === 0) return;
    if ((await bytes.line()) !== '') throw new S3Error('IncompleteBody', 'A chunk is longer than it says');
  }
}

async function readTrailers(
  bytes: Bytes,
  chain: SignatureChain | undefined,
  trailers: Map<string, string>,
): Promise<void> {
  let text = '';
  let signature: string | undefined;
  for (let line = await bytes.line(); line !== ''; line = await bytes.line()) {
    const [, name, value] = /^([^:]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) throw new S3Error('IncompleteBody', 'A trailer is not of the form name:value');
    if (name.toLowerCase() === 'x-amz-trailer-signature') signature = value;
    else {
      trailers.set(name.toLowerCase(), value!);
      text += `${name.toLowerCase()}:${value}\n`;
    }
  }
  chain?.check('AWS4-HMAC-SHA256-TRAILER', signature, sha256(text));
}
