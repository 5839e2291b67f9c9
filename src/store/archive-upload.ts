/** Stores a whole vignette stream as one object, in parts, since its length is not known beforehand. */
import { createHash, hash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Report } from '../report.js';
import type { Receipt } from './receipt.js';
import type { S3Store } from './s3-store.js';
import { sdkFault } from './sdk-client.js';
import { StoreFault } from './store-fault.js';

/** S3 takes no more parts than this for an object. */
export const MOST_PARTS = 10_000;

export interface ArchiveUploadOptions {
  key: string;
  partSize: number;
  /** Parts under way at once; each is held in memory. */
  jobs: number;
  verify: 'etag' | 'head';
  replace: boolean;
  /** Abort unfinished uploads of this key that others have left. */
  abortStale: boolean;
  report: Report;
}

/**
 * Sends `input` as one object while `check` reads the same bytes. The object comes into being only after `check`
 * has found the stream whole; otherwise the upload is aborted, so that no parts stay behind.
 *
 * @param check reads its argument to the end, and throws where the stream is cut short or broken
 * @throws what `check` throws, or a StoreFault
 */
export async function uploadArchive(
  input: AsyncIterable<Uint8Array>,
  check: (input: AsyncIterable<Uint8Array>) => Promise<void>,
  store: S3Store,
  client: S3Client,
  { key, partSize, jobs, verify, replace, abortStale, report }: ArchiveUploadOptions,
): Promise<Receipt> {
  const { bucket } = store.address;
  const before = await store.head(key).catch((error: unknown) => {
    // Without the right to list, stores answer so for objects that are not there.
    if (replace && error instanceof StoreFault && error.status === 403) return undefined;
    throw error;
  });
  if (before !== undefined && !replace)
    throw new StoreFault('exists', `${key} is there, and --no-replace keeps it`, 'end');
  await lookAfterStale(client, { bucket, key, abortStale, report });

  const { Upload } = await import('@aws-sdk/lib-storage');
  const body = new PassThrough({ highWaterMark: 1024 * 1024 });
  // Whoever writes or reads at that moment is told; nobody may be.
  body.on('error', () => {});
  const upload = new Upload({
    client,
    params: { Bucket: bucket, Key: key, Body: body, ContentType: 'application/x-tar' },
    partSize,
    queueSize: jobs,
  });
  const digest = new PartDigest(partSize);
  const sent = upload.done().catch((error: unknown) => {
    // Ends the reading, which waits for room.
    body.destroy(error as Error);
    throw sdkFault(error);
  });
  sent.catch(() => {});
  try {
    await check(sendAlong(input, body, digest));
  } catch (error) {
    if (body.destroyed) await sent;
    body.destroy(error as Error);
    await sent.catch((fault: unknown) => {
      if (fault instanceof StoreFault && fault !== error)
        report.note(`${key}: parts may have been left behind (${fault.message}); --abort-stale removes them`);
    });
    throw error;
  }
  body.end();
  const fault = await sent.then(
    () => undefined,
    (error: unknown) => error,
  );
  // Also what a store says that has made the object, and whose first answer was lost on its way.
  if (fault !== undefined && !(fault instanceof StoreFault && fault.code === 'NoSuchUpload')) throw fault;

  const after = await store.head(key);
  const { size, md5, etag } = digest.end();
  if (fault !== undefined && after?.etag !== etag) throw fault;
  if (after?.size !== size)
    throw new StoreFault(
      'verification',
      `the store has ${after?.size ?? 0} bytes where ${size} were sent`,
      'end',
    );
  if (verify === 'etag' && after.etag !== etag)
    throw new StoreFault(
      'verification',
      `the store has the ETag "${after.etag}" where "${etag}" is due`,
      'end',
      {
        hint: "if this store's ETags are no MD5s, give --verify head",
      },
    );
  const status = before === undefined ? 'uploaded' : before.etag === after.etag ? 'unchanged' : 'replaced';
  return {
    bucket,
    key,
    bytes: size,
    md5,
    etag: after.etag,
    kind: 'archive',
    status,
    verified: verify,
    ...(status === 'replaced' && { previous_etag: before!.etag }),
  };
}

/** Hands chunks on to a reader, and to the parts at the same time; as fast as the slower of both. */
async function* sendAlong(
  input: AsyncIterable<Uint8Array>,
  body: PassThrough,
  digest: PartDigest,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of input) {
    digest.update(chunk);
    if (body.errored) throw body.errored;
    if (!body.write(chunk)) await once(body, 'drain');
    yield chunk;
  }
}

/** Names unfinished uploads of this key, which take up room unseen; aborts them where that is asked for. */
async function lookAfterStale(
  client: S3Client,
  { bucket, key, abortStale, report }: { bucket: string; key: string; abortStale: boolean; report: Report },
): Promise<void> {
  const { AbortMultipartUploadCommand, ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3');
  try {
    const { Uploads = [] } = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }),
    );
    for (const { Key, UploadId, Initiated } of Uploads) {
      if (Key !== key) continue;
      if (abortStale) await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
      const begun = Initiated === undefined ? '' : `, begun ${Initiated.toISOString()}`;
      report.note(
        abortStale
          ? `${key}: aborted an unfinished upload${begun}`
          : `${key}: there is an unfinished upload${begun}; --abort-stale removes it`,
      );
    }
  } catch (error) {
    const fault = sdkFault(error);
    if (abortStale || fault.code !== 'AccessDenied') throw fault;
    report.detail('these credentials may not look for unfinished uploads');
  }
}

/** The digests of a stream that is sent in parts, and the ETag that S3 makes of them. */
class PartDigest {
  readonly #partSize: number;
  readonly #whole = createHash('md5');
  #part = createHash('md5');
  #inPart = 0;
  readonly #parts: Buffer[] = [];
  #size = 0;

  constructor(partSize: number) {
    this.#partSize = partSize;
  }

  /** @throws a StoreFault once the stream is larger than all parts together can be */
  update(chunk: Uint8Array): void {
    this.#whole.update(chunk);
    this.#size += chunk.length;
    if (this.#size > this.#partSize * MOST_PARTS)
      throw new StoreFault(
        'EntityTooLarge',
        `the archive is larger than ${MOST_PARTS} parts of ${this.#partSize} bytes`,
        'end',
        { hint: 'give a larger --part-size' },
      );
    for (let at = 0; at < chunk.length; ) {
      // A part is closed by the byte after it, so that the last one is never empty.
      if (this.#inPart === this.#partSize) this.#closePart();
      const taken = Math.min(chunk.length - at, this.#partSize - this.#inPart);
      this.#part.update(chunk.subarray(at, at + taken));
      this.#inPart += taken;
      at += taken;
    }
  }

  end(): { size: number; md5: string; etag: string } {
    const md5 = this.#whole.digest('hex');
    this.#closePart();
    // What fits into one part is sent as a plain object.
    const etag =
      this.#parts.length === 1 ? md5 : `${hash('md5', Buffer.concat(this.#parts))}-${this.#parts.length}`;
    return { size: this.#size, md5, etag };
  }

  #closePart(): void {
    this.#parts.push(this.#part.digest());
    this.#part = createHash('md5');
    this.#inPart = 0;
  }
}
