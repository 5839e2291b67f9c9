/** The three ways into a store: object by object, as one archive, through the external API. */
import { uploadToApi } from './api-upload.js';
import { openS3, retryPolicy, type S3Settings, type Wire } from './connect.js';
import type { HttpPool } from './http-pool.js';
import type { Incoming } from './incoming.js';
import { type ApiAddress, ObjectStoreApi } from './object-store-api.js';
import type { Receipt } from './receipt.js';
import { uploadToS3 } from './s3-upload.js';

export interface S3Delivery extends S3Settings {
  verify: 'etag' | 'head';
  /** Whether objects with other bytes may be replaced. */
  replace: boolean;
  /** Store the whole stream as one object instead. */
  archive: ArchiveDelivery | undefined;
}

export interface ArchiveDelivery {
  key: string;
  partSize: number;
  abortStale: boolean;
  /** Left to the kind of endpoint where it is not said. */
  checksums: 'when-required' | 'when-supported' | undefined;
}

export interface ApiDelivery {
  api: ApiAddress;
  bucket: string;
  /** Send files whose names are there already, too. */
  replace: boolean;
}

/** Parts are held in memory. */
const MOST_PARTS_AT_ONCE = 4;

/**
 * Stores what comes in.
 *
 * @param arrived told the endpoint, once it is known
 * @throws a StoreFault, or what `incoming` throws
 */
export async function* deliver(
  incoming: Incoming,
  to: S3Delivery | ApiDelivery,
  wire: Wire,
  pool: HttpPool,
  arrived: (endpoint: string) => void,
): AsyncGenerator<Receipt> {
  const { jobs, report, signal } = wire;
  if ('api' in to) {
    arrived(to.api.url);
    const api = new ObjectStoreApi(to.api, to.bucket, pool, retryPolicy(wire));
    yield* uploadToApi(incoming.toStore(), api, { jobs, replace: to.replace, signal });
    return;
  }
  const { verify, replace, archive } = to;
  const { store, credentials } = await openS3(to, wire, pool);
  arrived(store.address.endpoint);
  if (archive === undefined) {
    yield* uploadToS3(incoming.toStore(), store, { jobs, verify, replace, report, signal });
    return;
  }
  const { sdkClient } = await import('./sdk-client.js');
  const { uploadArchive } = await import('./archive-upload.js');
  const checksums = archive.checksums ?? (store.address.custom ? 'when-required' : 'when-supported');
  const client = await sdkClient(store.address, pool, credentials, { retries: wire.retries, checksums });
  const check = (copy: AsyncIterable<Uint8Array>) => incoming.readArchive(copy);
  yield await uploadArchive(incoming.archive(), check, store, client, {
    ...archive,
    jobs: Math.min(jobs, MOST_PARTS_AT_ONCE),
    verify,
    replace,
    report,
  });
}
