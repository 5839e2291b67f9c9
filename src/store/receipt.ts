/** What an upload says of each object, of all of them together, and at its end. */

export type ObjectKind = 'vignette' | 'mask' | 'sidecar' | 'archive';

/**
 * `uploaded`: new. `unchanged`: was there with the same bytes. `replaced`: was there with others.
 * `present`: was there, and nobody can say with which bytes (external API). `failed`: is not there.
 */
export type ReceiptStatus = 'uploaded' | 'unchanged' | 'replaced' | 'present' | 'failed';

/**
 * `etag`: the store's ETag is the MD5 of the bytes. `head`: asked for afterwards, the object has the size and the
 * MD5. `exists`: there is an object of this name, and no more is known.
 */
export type Verification = 'etag' | 'head' | 'exists';

/** One line of NDJSON for one object. */
export interface Receipt {
  bucket: string;
  key: string;
  bytes: number;
  md5: string;
  etag?: string;
  kind: ObjectKind;
  status: ReceiptStatus;
  verified?: Verification;
  /** Of the object that was replaced. */
  previous_etag?: string;
  /** Why, where the status is `failed`. */
  error?: string;
}

const STATUSES = ['uploaded', 'unchanged', 'replaced', 'present', 'failed'] as const;

/** Counts receipts. */
export class Tally {
  readonly byStatus: Record<ReceiptStatus, number> = {
    uploaded: 0,
    unchanged: 0,
    replaced: 0,
    present: 0,
    failed: 0,
  };
  readonly byKind: Record<ObjectKind, number> = { vignette: 0, mask: 0, sidecar: 0, archive: 0 };
  readonly verified = new Set<Verification>();
  /** Of all objects that are in the store now. */
  bytes = 0;
  firstFailure: Receipt | undefined;

  add(receipt: Receipt): void {
    this.byStatus[receipt.status] += 1;
    if (receipt.status === 'failed') {
      this.firstFailure ??= receipt;
      return;
    }
    this.byKind[receipt.kind] += 1;
    this.bytes += receipt.bytes;
    if (receipt.verified !== undefined) this.verified.add(receipt.verified);
  }

  /** How many objects are in the store. */
  get stored(): number {
    const { uploaded, unchanged, replaced, present } = this.byStatus;
    return uploaded + unchanged + replaced + present;
  }

  /** `475 uploaded, 3 replaced`: all counts but zeros. */
  get counts(): string {
    const said = STATUSES.filter((status) => this.byStatus[status] > 0).map(
      (status) => `${this.byStatus[status]} ${status}`,
    );
    return said.length === 0 ? 'nothing stored' : said.join(', ');
  }
}
