/**
 * The NERC-CEH object store API, which stores files on behalf of people without keys of their own.
 * Source: github.com/NERC-CEH/object_store_api, `src/os_api/api.py`. It answers 200 to an upload even where storing
 * failed, so every file is asked for afterwards.
 */
import { randomBytes } from 'node:crypto';
import { usageError } from '../errors.js';
import type { HttpAnswer, HttpPool } from './http-pool.js';
import { type RetryPolicy, withRetries } from './retry.js';
import { answeredFault, StoreFault } from './store-fault.js';
import type { ObjectToStore } from './stored-file.js';

/** Where the API has its two doors. */
export interface ApiAddress {
  /** `https://host:port`. */
  origin: string;
  uploadPath: string;
  existPath: string;
  /** The URL as the person typed it, for people. */
  url: string;
}

/**
 * Reads `--api-url`, which names the upload door: `https://host/upload/`.
 *
 * @throws a usage error for anything else; it does not repeat the text, which may hold a password
 */
export function parseApiUrl(typed: string): ApiAddress {
  const hint = 'it looks like https://host/upload/';
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !/\/upload\/?$/.test(url.pathname))
    throw usageError('--api-url is not the URL of an upload', { hint });
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw usageError('--api-url has more than host, port and path', { hint });
  const base = url.pathname.replace(/upload\/?$/, '');
  return {
    origin: url.origin,
    uploadPath: `${base}upload/`,
    existPath: `${base}check-file-exist/`,
    url: `${url.origin}${base}upload/`,
  };
}

/** The API answers once it has handed every file on to its own store. */
const MILLISECONDS_PER_FILE = 1000;

export class ObjectStoreApi {
  readonly address: ApiAddress;
  readonly bucket: string;
  readonly #pool: HttpPool;
  readonly #policy: RetryPolicy;

  constructor(address: ApiAddress, bucket: string, pool: HttpPool, policy: RetryPolicy) {
    this.address = address;
    this.bucket = bucket;
    this.#pool = pool;
    this.#policy = policy;
  }

  /**
   * Whether there is an object of this key; the API can say no more about it.
   *
   * @throws a StoreFault
   */
  async exists(key: string): Promise<boolean> {
    const body = new URLSearchParams({ bucket_name: this.bucket, filename: key }).toString();
    const answer = await this.#post(this.address.existPath, 'application/x-www-form-urlencoded', body);
    let said: unknown;
    try {
      said = JSON.parse(answer.body.toString()).exists;
    } catch {
      said = undefined;
    }
    if (typeof said !== 'boolean')
      throw new StoreFault('answer', 'the API does not say whether a file exists', 'end', {
        hint: 'check --api-url',
      });
    return said;
  }

  /**
   * Sends files in one request. That it is accepted does not mean that they are stored.
   *
   * @throws a StoreFault
   */
  async upload(files: { name: string; object: ObjectToStore }[]): Promise<void> {
    const boundary = `fc-${randomBytes(16).toString('hex')}`;
    const parts: Uint8Array[] = [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="bucket_name"\r\n\r\n${this.bucket}\r\n`,
      ),
    ];
    for (const { name, object } of files)
      parts.push(
        Buffer.from(
          `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="${name}"\r\n` +
            `Content-Type: ${object.contentType}\r\n\r\n`,
        ),
        object.bytes,
        Buffer.from('\r\n'),
      );
    parts.push(Buffer.from(`--${boundary}--\r\n`));
    const type = `multipart/form-data; boundary=${boundary}`;
    const patience = files.length * MILLISECONDS_PER_FILE;
    await this.#post(this.address.uploadPath, type, Buffer.concat(parts), patience);
  }

  #post(path: string, type: string, body: Uint8Array | string, patience = 0): Promise<HttpAnswer> {
    return withRetries(async () => {
      const answer = await this.#pool.send({
        origin: this.address.origin,
        method: 'POST',
        path,
        headers: { 'content-type': type, accept: 'application/json' },
        body,
        patience,
      });
      if (answer.status === 404)
        throw new StoreFault('HTTP 404', 'there is no object store API there', 'end', {
          status: 404,
          hint: 'check --api-url',
        });
      if (answer.status !== 200) throw answeredFault(answer.status);
      return answer;
    }, this.#policy);
  }
}
