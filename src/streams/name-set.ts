import { hash } from 'node:crypto';

/** Digests of this many bytes: among a million names, two fall together with a chance of 1 in 10^26. */
const DIGEST_BYTES = 16;
const WORDS = DIGEST_BYTES / 4;
const FIRST_SLOTS = 1024;

/**
 * Remembers which names were seen in at most 64 bytes a name, as a hash table of digests in one typed array;
 * a `Set` of a million names takes 148 MiB.
 */
export class NameSet {
  #slots = new Uint32Array(FIRST_SLOTS * WORDS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a name; false where it was there already. */
  add(name: string): boolean {
    const digest: Buffer = hash('md5', name, 'buffer');
    // Copied, because a digest need not lie on a multiple of four bytes.
    const words = new Uint32Array(new Uint8Array(digest).buffer);
    if (words[0] === 0) words[0] = 1; // An empty slot starts with 0.
    if (!this.#place(this.#slots, words)) return false;
    this.#size += 1;
    if (this.#size * WORDS * 4 > this.#slots.length * 3) this.#grow();
    return true;
  }

  #place(slots: Uint32Array, words: Uint32Array): boolean {
    const mask = slots.length / WORDS - 1;
    for (let slot = words[1]! & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WORDS;
      if (slots[at] === 0) {
        slots.set(words, at);
        return true;
      }
      if (
        slots[at] === words[0] &&
        slots[at + 1] === words[1] &&
        slots[at + 2] === words[2] &&
        slots[at + 3] === words[3]
      )
        return false;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += WORDS)
      if (old[at] !== 0) this.#place(this.#slots, old.subarray(at, at + WORDS));
  }
}
