/**
 * The lean way to a bucket: PUT, HEAD and listing as plain signed requests over kept-open connections. For
 * thousands of small objects the AWS SDK's PutObjectCommand takes three times the processor time.
 */
import { hash } from 'node:crypto';
import aws4 from 'aws4';
import type { CredentialSource } from './credentials.js';
import type { HttpAnswer, HttpPool } from './http-pool.js';
import { type ListingPage, readListing } from './listing-page.js';
import { encodeKey, percentEncode } from './object-key.js';
import { type RetryPolicy, withRetries } from './retry.js';
import type { S3Address } from './s3-address.js';
import { answeredFault, StoreFault } from './store-fault.js';

/** An object that is in the store. */
export interface StoredObject {
  size: number;
  /** Without its quotes; the MD5 of the bytes for most objects of most stores. */
  etag: string;
  /** `x-amz-meta-md5`, which `--verify head` writes; only where it was asked for by HEAD. */
  md5?: string | undefined;
}

export interface PutOptions {
  bytes: Uint8Array;
  /** Of the bytes, hex. The store checks the body by it (Content-MD5). */
  md5: string;
  contentType: string;
  /** Write the MD5 beside the object too, as `x-amz-meta-md5`. */
  keepMd5: boolean;
}

interface SignedRequest {
  method: 'GET' | 'HEAD' | 'PUT';
  path: string;
  headers?: Record<string, string>;
  body?: Uint8Array;
}

const EMPTY = new Uint8Array(0);

export class S3Store {
  readonly address: S3Address;
  readonly #host: string;
  readonly #pool: HttpPool;
  readonly #credentials: CredentialSource;
  readonly #policy: RetryPolicy;

  constructor(address: S3Address, pool: HttpPool, credentials: CredentialSource, policy: RetryPolicy) {
    this.address = address;
    this.#host = new URL(address.origin).host;
    this.#pool = pool;
    this.#credentials = credentials;
    this.#policy = policy;
  }

  /**
   * Stores an object.
   *
   * @returns the ETag that the store acknowledges it with, without its quotes
   * @throws a StoreFault
   */
  async put(key: string, { bytes, md5, contentType, keepMd5 }: PutOptions): Promise<string> {
    const answer = await this.#send({
      method: 'PUT',
      path: this.address.root + encodeKey(key),
      headers: {
        'content-type': contentType,
        'content-md5': Buffer.from(md5, 'hex').toString('base64'),
        ...(keepMd5 && { 'x-amz-meta-md5': md5 }),
      },
      body: bytes,
    });
    return bareEtag(header(answer, 'etag') ?? '');
  }

  /**
   * Asks for one object.
   *
   * @returns undefined where there is none
   * @throws a StoreFault
   */
  async head(key: string): Promise<StoredObject | undefined> {
    try {
      const answer = await this.#send({ method: 'HEAD', path: this.address.root + encodeKey(key) });
      return {
        size: Number(header(answer, 'content-length')),
        etag: bareEtag(header(answer, 'etag') ?? ''),
        md5: header(answer, 'x-amz-meta-md5'),
      };
    } catch (error) {
      if (error instanceof StoreFault && error.status === 404) return undefined;
      throw error;
    }
  }

  /**
   * One page, of up to 1,000 objects, of those whose keys begin with `prefix`.
   *
   * @param after the `next` of the page before
   * @param startAfter the page begins with the first key behind this text
   * @throws a StoreFault
   */
  async list(
    prefix: string,
    { after, startAfter }: { after?: string | undefined; startAfter?: string } = {},
  ): Promise<ListingPage> {
    const query = {
      ...(after !== undefined && { 'continuation-token': after }),
      'encoding-type': 'url',
      'list-type': '2',
      'max-keys': '1000',
      prefix,
      ...(startAfter !== undefined && { 'start-after': startAfter }),
    };
    const search = Object.entries(query).map(([name, value]) => `${name}=${percentEncode(value)}`);
    const root = this.address.root === '/' ? '/' : this.address.root.slice(0, -1);
    const answer = await this.#send({ method: 'GET', path: `${root}?${search.join('&')}` });
    return readListing(answer.body.toString());
  }

  /** Sends, and tries again what may pass; answers other than 2xx are faults. */
  #send(request: SignedRequest): Promise<HttpAnswer> {
    return withRetries(async () => {
      const { method, path, headers, body } = request;
      const { accessKeyId, secretAccessKey, sessionToken } = await this.#credentials.get();
      const signed = aws4.sign(
        {
          service: 's3',
          region: this.address.region,
          method,
          path,
          headers: {
            ...headers,
            host: this.#host,
            'x-amz-content-sha256': hash('sha256', body ?? EMPTY),
          },
        },
        { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      );
      const answer = await this.#pool.send({
        origin: this.address.origin,
        method,
        path,
        headers: signed.headers as Record<string, string>,
        body,
      });
      if (answer.status < 200 || answer.status > 299 || failedInside(answer))
        throw answeredFault(answer.status, errorCodeOf(answer.body));
      return answer;
    }, this.#policy);
  }
}

const header = (answer: HttpAnswer, name: string): string | undefined => {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

const bareEtag = (etag: string): string => etag.replace(/^(?:W\/)?"(.*)"$/, '$1');

/** The code in an error answer; its message is left out, since some stores repeat signed headers there. */
const errorCodeOf = (body: Buffer): string | undefined =>
  /<Code>\s*([^<\s]+)\s*<\/Code>/.exec(body.toString())?.[1];

/** Some stores say 200 before they know, and put the error into the body. */
const failedInside = ({ body }: HttpAnswer): boolean =>
  body.length > 0 && /^\s*(?:<\?xml[^>]*>\s*)?<Error[\s>]/.test(body.toString('latin1', 0, 512));
