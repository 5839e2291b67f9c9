import type { Writable } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';
import { errorCode, outputError, systemReason } from '../errors.js';

/**
 * Collect small writes up to this many bytes: a system call per 512-byte tar header costs more than the work. It is
 * what a pipe holds, so that the reader works on one piece while the next is made.
 */
const BATCH = 64 * 1024;
/** So much may be on its way, so that neither waits for each pause of the other. */
const AHEAD = 512 * 1024;
/** The most bytes of UTF-8 that a unit of a string can become. */
const UTF8_PER_UNIT = 3;

const NOTHING = Buffer.alloc(0);

/**
 * Writes to a stream in large pieces and waits until the reader has taken them, so that memory stays flat
 * however slow the reader is.
 */
export class Output {
  readonly #stream: Writable;
  readonly #signal: AbortSignal | undefined;
  /** Filled up to `#size`; a new one for each piece, since a stream may keep what it got. */
  #batch: Buffer = NOTHING;
  #size = 0;
  /** Bytes that the stream was given and has not taken yet. */
  #onItsWay = 0;
  #wake: (() => void) | undefined;
  #error: Error | undefined;

  constructor(stream: Writable, signal?: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
    stream.on('error', (error) => {
      this.#error ??= error;
      this.#wake?.();
    });
  }

  /** Queues bytes or text (as UTF-8); resolves when there is room for more. */
  async write(chunk: Uint8Array | string): Promise<void> {
    this.add(chunk);
    if (this.full) await this.send();
  }

  /** Whether there is so much queued that it should be sent before more is added. */
  get full(): boolean {
    return this.#size >= BATCH;
  }

  /** Queues a copy of bytes, or text as UTF-8, without waiting: for the small parts of one thing. */
  add(chunk: Uint8Array | string): void {
    if (typeof chunk === 'string') {
      this.#makeRoom(chunk.length * UTF8_PER_UNIT);
      this.#size += this.#batch.write(chunk, this.#size);
    } else {
      this.#makeRoom(chunk.length);
      this.#batch.set(chunk, this.#size);
      this.#size += chunk.length;
    }
  }

  /** Queues `size` bytes that the caller fills in at once; they hold anything until then. */
  addRoom(size: number): Buffer {
    this.#makeRoom(size);
    this.#size += size;
    return this.#batch.subarray(this.#size - size, this.#size);
  }

  #makeRoom(size: number): void {
    const needed = this.#size + size;
    if (needed <= this.#batch.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * BATCH, 2 * this.#batch.length, needed));
    this.#batch.copy(larger, 0, 0, this.#size);
    this.#batch = larger;
  }

  /**
   * Sends what is queued; resolves when there is room for more.
   *
   * @throws an output error where the stream fails; the abort reason once `signal` is aborted
   */
  async send(): Promise<void> {
    this.#hand();
    await this.#until(AHEAD);
    // The stream writes, and signals come in, only when nothing else is to be done.
    await immediate();
  }

  /**
   * Sends what is queued; resolves when the stream has taken everything.
   *
   * @throws as `send` does
   */
  async flush(): Promise<void> {
    this.#hand();
    await this.#until(0);
  }

  #hand(): void {
    this.#check();
    if (this.#size === 0) return;
    const bytes = this.#batch.subarray(0, this.#size);
    this.#batch = NOTHING;
    this.#size = 0;
    this.#onItsWay += bytes.length;
    this.#stream.write(bytes, (error) => {
      this.#onItsWay -= bytes.length;
      // A stream that failed before says no more than that it is gone.
      if (error) this.#error ??= error;
      this.#wake?.();
    });
  }

  async #until(most: number): Promise<void> {
    const wake = () => this.#wake?.();
    this.#signal?.addEventListener('abort', wake);
    try {
      for (this.#check(); this.#onItsWay > most; this.#check())
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    } finally {
      this.#wake = undefined;
      this.#signal?.removeEventListener('abort', wake);
    }
  }

  #check(): void {
    if (this.#error !== undefined) throw this.#failure(this.#error);
    this.#signal?.throwIfAborted();
  }

  #failure(cause: Error): Error {
    if (errorCode(cause) === 'EPIPE') return cause;
    return outputError(`cannot write: ${systemReason(cause)}`, { file: 'stdout', cause });
  }
}
