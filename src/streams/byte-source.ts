/** Takes exact numbers of bytes from a stream of chunks; a slice of a chunk where it can, a copy where not. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #current: Buffer = Buffer.alloc(0);
  #at = 0;
  #position = 0;

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#chunks = input[Symbol.asyncIterator]();
  }

  /** How many bytes were taken so far. */
  get position(): number {
    return this.#position;
  }

  /** How many bytes can be taken without waiting. */
  get ready(): number {
    return this.#current.length - this.#at;
  }

  /** Waits until at least `size` bytes are ready, or the input has ended (false). */
  async fill(size: number): Promise<boolean> {
    if (this.ready >= size) return true;
    const parts = this.ready > 0 ? [this.#current.subarray(this.#at)] : [];
    let total = this.ready;
    while (total < size) {
      const { value, done } = await this.#chunks.next();
      if (done) break;
      parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      total += value.byteLength;
    }
    this.#current = parts.length === 1 ? parts[0]! : Buffer.concat(parts, total);
    this.#at = 0;
    return total >= size;
  }

  /** Takes up to `size` bytes that are ready. */
  take(size: number): Buffer {
    const bytes = this.#current.subarray(this.#at, this.#at + size);
    this.#at += bytes.length;
    this.#position += bytes.length;
    return bytes;
  }

  /** Passes over `size` bytes that are ready. */
  skip(size: number): void {
    this.#at += size;
    this.#position += size;
  }

  /** Lets go of the input, which ends a producer that still writes. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
