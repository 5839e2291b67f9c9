import type { Output } from './output.js';
import { BLOCK, encodeHeader, paddingOf } from './tar-header.js';

const ZEROS = Buffer.alloc(2 * BLOCK);

/** Writes a tar archive of plain files: the same entries give the same bytes. */
export class TarWriter {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Adds a file; resolves when there is room for more. */
  async add(name: string, bytes: Uint8Array): Promise<void> {
    await this.#output.write(encodeHeader(name, bytes.length));
    await this.#output.write(bytes);
    const padding = paddingOf(bytes.length);
    if (padding > 0) await this.#output.write(ZEROS.subarray(0, padding));
  }

  /** Writes the end of the archive. A producer that fails never comes here, and so is found out. */
  async end(): Promise<void> {
    await this.#output.write(ZEROS);
    await this.#output.flush();
  }
}
