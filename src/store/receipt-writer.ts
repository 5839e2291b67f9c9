import { errorCode } from '../errors.js';
import type { Output } from '../streams/output.js';
import type { Receipt } from './receipt.js';

/** After so many receipts they are sent on, so that whoever reads along sees how far it is. */
const FLUSH_EVERY = 100;

/** Writes receipts as NDJSON. A reader that leaves ends the receipts, not the upload. */
export class ReceiptWriter {
  readonly #output: Output;
  #written = 0;
  #left = false;

  constructor(output: Output) {
    this.#output = output;
  }

  async write(receipt: Receipt): Promise<void> {
    this.#written += 1;
    await this.#unlessLeft(async () => {
      await this.#output.write(`${JSON.stringify(receipt)}\n`);
      if (this.#written % FLUSH_EVERY === 0) await this.#output.flush();
    });
  }

  async end(): Promise<void> {
    await this.#unlessLeft(() => this.#output.flush());
  }

  async #unlessLeft(action: () => Promise<void>): Promise<void> {
    if (this.#left) return;
    try {
      await action();
    } catch (error) {
      if (errorCode(error) !== 'EPIPE') throw error;
      this.#left = true;
    }
  }
}
