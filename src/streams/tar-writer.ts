import type { Output } from './output.js';
import { BLOCK, paddingOf, writeHeader } from './tar-header.js';

const ZEROS = Buffer.alloc(2 * BLOCK);

/** Writes a tar archive of plain files: the same entries give the same bytes. */
export class TarWriter {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Whether `send` is due before more is added. */
  get full(): boolean {
    return this.#output.full;
  }

  /** Adds a file, of bytes or of text as UTF-8, without waiting. */
  add(name: string, content: Uint8Array | string): void {
    const size = Buffer.byteLength(content);
    writeHeader(this.#output, name, size);
    this.#output.add(content);
    const padding = paddingOf(size);
    if (padding > 0) this.#output.add(ZEROS.subarray(0, padding));
  }

  /** Sends what was added; resolves when there is room for more. */
  send(): Promise<void> {
    return this.#output.send();
  }

  /** Writes the end of the archive. A producer that fails never comes here, and so is found out. */
  async end(): Promise<void> {
    this.#output.add(ZEROS);
    await this.#output.flush();
  }
}
