import type { Writable } from 'node:stream';
import { errorCode, outputError, systemReason } from '../errors.js';

/** Collect small writes up to this many bytes: a system call per 512-byte tar header costs more than the work. */
const BATCH = 256 * 1024;

/**
 * Writes to a stream in large pieces and waits until the reader has taken them, so that memory stays flat
 * however slow the reader is.
 */
export class Output {
  readonly #stream: Writable;
  readonly #signal: AbortSignal | undefined;
  #pending: Uint8Array[] = [];
  #text = '';
  #size = 0;
  #error: Error | undefined;

  constructor(stream: Writable, signal?: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
    stream.on('error', (error) => {
      this.#error ??= error;
    });
  }

  /** Queues bytes or text (as UTF-8); resolves when there is room for more. */
  async write(chunk: Uint8Array | string): Promise<void> {
    if (typeof chunk === 'string') this.#text += chunk;
    else {
      this.#encodeText();
      this.#pending.push(chunk);
    }
    this.#size += chunk.length;
    if (this.#size >= BATCH) await this.flush();
  }

  /**
   * Sends what is queued; resolves when the stream has taken it.
   *
   * @throws an output error where the stream fails; the abort reason once `signal` is aborted
   */
  async flush(): Promise<void> {
    if (this.#size === 0) return;
    this.#encodeText();
    const bytes = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending);
    this.#pending = [];
    this.#size = 0;
    await new Promise<void>((resolve, reject) => {
      if (this.#error !== undefined) return reject(this.#failure(this.#error));
      const signal = this.#signal;
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => reject(signal!.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#stream.write(bytes, (error) => {
        signal?.removeEventListener('abort', onAbort);
        if (!error) return resolve();
        // A stream that failed before says no more than that it is gone.
        this.#error ??= error;
        reject(this.#failure(this.#error));
      });
    });
  }

  #encodeText(): void {
    if (this.#text === '') return;
    this.#pending.push(Buffer.from(this.#text));
    this.#text = '';
  }

  #failure(cause: Error): Error {
    if (errorCode(cause) === 'EPIPE') return cause;
    return outputError(`cannot write: ${systemReason(cause)}`, { file: 'stdout', cause });
  }
}
