/** The buckets of an endpoint: a folder each in the endpoint's own. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Bucket } from './bucket.js';
import { S3Error } from './s3-error.js';

/** Amazon's rule, which leaves no name that is special to a file system. */
const BUCKET_NAME = /^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/;

export class Store {
  readonly #directory: string;
  readonly #buckets = new Map<string, Bucket>();

  /** Opens the store in `directory`, which is made where it is missing. */
  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    for (const name of readdirSync(directory).sort())
      if (BUCKET_NAME.test(name) && statSync(join(directory, name)).isDirectory()) this.#open(name);
  }

  #open(name: string): void {
    this.#buckets.set(name, new Bucket(name, join(this.#directory, name)));
  }

  /** @throws S3Error where there is one or the name cannot be */
  createBucket(name: string): void {
    if (!BUCKET_NAME.test(name)) throw new S3Error('InvalidBucketName');
    if (this.#buckets.has(name)) throw new S3Error('BucketAlreadyOwnedByYou');
    this.#open(name);
  }

  /** @throws S3Error where the bucket is missing or not empty */
  deleteBucket(name: string): void {
    if (this.bucket(name).sortedKeys.length > 0) throw new S3Error('BucketNotEmpty');
    this.#buckets.delete(name);
    rmSync(join(this.#directory, name), { recursive: true });
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new S3Error('NoSuchBucket');
    return bucket;
  }

  has(name: string): boolean {
    return this.#buckets.has(name);
  }

  get buckets(): { name: string; created: string }[] {
    return [...this.#buckets.keys()]
      .sort()
      .map((name) => ({ name, created: statSync(join(this.#directory, name)).birthtime.toISOString() }));
  }
}
