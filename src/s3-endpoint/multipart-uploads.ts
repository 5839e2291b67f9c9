/**
 * Unfinished multipart uploads. Their parts lie in the bucket's `incoming` folder and do not outlive the endpoint.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Bucket, Received } from './bucket.js';
import type { Commit } from './operation.js';
import { S3Error } from './s3-error.js';

const LEAST_PART = 5 * 2 ** 20;

export interface Part extends Received {
  modified: string;
}

export interface Upload {
  id: string;
  bucket: Bucket;
  key: string;
  headers: Record<string, string>;
  /** ISO 8601, UTC. */
  initiated: string;
  parts: Map<number, Part>;
}

export class MultipartUploads {
  readonly #uploads = new Map<string, Upload>();

  create(bucket: Bucket, key: string, headers: Record<string, string>): Upload {
    const initiated = new Date().toISOString();
    const upload = { id: randomUUID(), bucket, key, headers, initiated, parts: new Map() };
    this.#uploads.set(upload.id, upload);
    return upload;
  }

  /** @throws S3Error NoSuchUpload */
  find(bucket: Bucket, key: string, id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.bucket !== bucket || upload.key !== key) throw new S3Error('NoSuchUpload');
    return upload;
  }

  /** A bucket's uploads by key, then by age. */
  of(bucket: Bucket): Upload[] {
    return [...this.#uploads.values()]
      .filter((upload) => upload.bucket === bucket)
      .sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)));
  }

  /** Keeps a part; a former one of that number goes. */
  async addPart(upload: Upload, number: number, received: Received): Promise<void> {
    if (!this.#uploads.has(upload.id)) {
      await upload.bucket.discard(received);
      throw new S3Error('NoSuchUpload');
    }
    const former = upload.parts.get(number);
    upload.parts.set(number, { ...received, modified: new Date().toISOString() });
    if (former !== undefined) await upload.bucket.discard(former);
  }

  async abort(upload: Upload): Promise<void> {
    this.#uploads.delete(upload.id);
    await discardParts(upload);
  }

  /**
   * Joins the parts that the client lists and makes them an object.
   *
   * @param listed number and ETag (MD5 in hex) of each part
   * @returns the object's ETag
   * @throws S3Error where a part is missing, another one, too small or out of order
   */
  async complete(
    upload: Upload,
    listed: readonly { number: number; etag: string }[],
    commit: Commit,
  ): Promise<string> {
    if (listed.some(({ number }, index) => index > 0 && listed[index - 1]!.number >= number))
      throw new S3Error('InvalidPartOrder');
    const parts = listed.map(({ number, etag }, index) => {
      const part = upload.parts.get(number);
      if (part?.md5 !== etag) throw new S3Error('InvalidPart');
      if (index < listed.length - 1 && part.size < LEAST_PART) throw new S3Error('EntityTooSmall');
      return part;
    });
    const digest = createHash('md5');
    for (const { md5 } of parts) digest.update(md5, 'hex');
    const etag = `${digest.digest('hex')}-${parts.length}`;
    // From here on the upload is nobody else's to change.
    this.#uploads.delete(upload.id);
    const whole = await upload.bucket.receive(joined(parts));
    await commit(upload.bucket, whole, { key: upload.key, etag, headers: upload.headers });
    await discardParts(upload);
    return etag;
  }
}

async function discardParts({ bucket, parts }: Upload): Promise<void> {
  for (const part of parts.values()) await bucket.discard(part);
}

async function* joined(parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const { file } of parts) yield* createReadStream(file, { highWaterMark: 2 ** 20 });
}
