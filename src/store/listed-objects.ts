import { hash } from 'node:crypto';
import type { ListedObject } from './listing-page.js';

/** A row: 8 bytes of the key's digest, the 16 bytes of an MD5, the size; as 32-bit words. */
const ROW = 7;
/** Rows are kept in pieces, so that growing neither copies them nor leaves half of the memory unused. */
const ROWS_PER_PIECE = 1 << 14;
const FIRST_SLOTS = 1024;
/** In place of an MD5: the ETag is none, as for objects that were sent in parts. */
const NO_MD5 = 0xffffffff;
/** Sizes from here on are kept as this one; no vignette is as large. */
const LARGE = 0xffffffff;

/** What is remembered of an object that a listing named. */
export interface Remembered {
  size: number;
  /** Undefined where the ETag is no MD5. */
  md5: string | undefined;
}

/**
 * Remembers keys, sizes and MD5s of listed objects in less than 40 bytes each; a `Map` of a million keys takes
 * 200 MiB. Two keys fall together with a chance of 1 in 10^7 for a million; then an object may be sent though it
 * is there, and is never left out, because its MD5 is compared too.
 */
export class ListedObjects {
  readonly #pieces: Uint32Array[] = [];
  /** Row numbers plus one, by digest; 0 is an empty slot. */
  #slots = new Uint32Array(FIRST_SLOTS);
  #count = 0;

  add({ key, size, etag }: ListedObject): void {
    const [high, low] = digestOf(key);
    const slot = this.#slotOf(high, low);
    let row = this.#slots[slot]!;
    if (row === 0) {
      if (this.#count % ROWS_PER_PIECE === 0) this.#pieces.push(new Uint32Array(ROWS_PER_PIECE * ROW));
      this.#count += 1;
      row = this.#count;
      this.#slots[slot] = row;
    }
    const { piece, at } = this.#row(row);
    piece[at] = high;
    piece[at + 1] = low;
    const md5 = /^[0-9a-f]{32}$/i.test(etag);
    for (let word = 0; word < 4; word += 1)
      piece[at + 2 + word] = md5 ? Number.parseInt(etag.slice(word * 8, word * 8 + 8), 16) : NO_MD5;
    piece[at + 6] = Math.min(size, LARGE);
    if (this.#count * 4 > this.#slots.length * 3) this.#grow();
  }

  get(key: string): Remembered | undefined {
    const row = this.#slots[this.#slotOf(...digestOf(key))]!;
    if (row === 0) return undefined;
    const { piece, at } = this.#row(row);
    const words = piece.subarray(at + 2, at + 6);
    const md5 = words.every((word) => word === NO_MD5)
      ? undefined
      : Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
    return { size: piece[at + 6]!, md5 };
  }

  #row(row: number): { piece: Uint32Array; at: number } {
    const index = row - 1;
    return { piece: this.#pieces[Math.floor(index / ROWS_PER_PIECE)]!, at: (index % ROWS_PER_PIECE) * ROW };
  }

  /** The slot of a digest, or the empty one where it belongs. */
  #slotOf(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[slot]!;
      if (row === 0) return slot;
      const { piece, at } = this.#row(row);
      if (piece[at] === high && piece[at + 1] === low) return slot;
    }
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let row = 1; row <= this.#count; row += 1) {
      const { piece, at } = this.#row(row);
      this.#slots[this.#slotOf(piece[at]!, piece[at + 1]!)] = row;
    }
  }
}

function digestOf(key: string): [high: number, low: number] {
  const digest: Buffer = hash('md5', key, 'buffer');
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
