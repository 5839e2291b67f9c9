/** What comes in to be stored, with its keys; counted on the way, for receipts and confirmation. */
import { createReadStream } from 'node:fs';
import { inputError } from '../errors.js';
import type { Report } from '../report.js';
import type { Skips } from '../skips.js';
import { NameSet } from '../streams/name-set.js';
import { readVignettes, type VignetteLimits } from '../streams/vignette-stream.js';
import { apiNameFault } from './api-upload.js';
import { keyFault } from './object-key.js';
import { filesToStore, type ObjectToStore, PIECE, toStore } from './stored-file.js';

export interface IncomingOptions {
  /** What is named on the command line; nothing is stdin. */
  operands: string[];
  /** Stdin. */
  input: AsyncIterable<Uint8Array>;
  /** What stands before every name: empty, or ending in a slash. */
  prefix: string;
  sidecars: boolean;
  /** Whether the names must fit the external API, which takes fewer than S3. */
  forApi: boolean;
  /** How many vignettes are due, if that is known. */
  expect: number | undefined;
  allowEmpty: boolean;
  limits: VignetteLimits;
  report: Report;
  skips: Skips;
  signal: AbortSignal;
}

export class Incoming {
  readonly #options: IncomingOptions;
  vignettes = 0;
  /** How many objects are to be stored, of those that came in so far. */
  objects = 0;
  bytes = 0;

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  /** @throws what `filesToStore` throws; keys that cannot be are skipped, or an input error */
  async *toStore(): AsyncGenerator<ObjectToStore> {
    const { prefix, forApi, skips, operands } = this.#options;
    // Within one stream readVignettes sees to it that no name comes twice.
    const seen = operands.length > 0 ? new NameSet() : undefined;
    for await (const file of filesToStore(this.#options)) {
      const key = prefix + file.path;
      if (file.kind === 'vignette') this.vignettes += 1;
      const fault =
        keyFault(key) ??
        (forApi ? apiNameFault(key) : undefined) ??
        (seen?.add(key) === false ? 'comes twice' : undefined);
      if (fault !== undefined) {
        const error = inputError(`this key ${fault}`, { file: file.source, entry: key });
        await skips.skip(error, { name: file.path });
        continue;
      }
      this.objects += 1;
      this.bytes += file.bytes.length;
      yield toStore(file, key);
    }
  }

  /** The bytes of the one archive that is stored whole. */
  archive(): AsyncIterable<Uint8Array> {
    const { operands, input, signal } = this.#options;
    const [path = '-'] = operands;
    return path === '-' ? input : createReadStream(path, { highWaterMark: PIECE, signal });
  }

  /**
   * Reads an archive to its end.
   *
   * @throws an input error where it is cut short or broken, or has not as many vignettes as are due
   */
  async readArchive(archive: AsyncIterable<Uint8Array>): Promise<void> {
    const [source = 'stdin'] = this.#options.operands;
    for await (const vignettes of readVignettes(archive, { source, ...this.#options.limits })) {
      this.vignettes += vignettes.length;
      for (const { image } of vignettes) this.bytes += image.bytes.length;
    }
    this.checkCount();
  }

  /** @throws an input error where not as many vignettes came in as are due */
  checkCount(): void {
    const { operands, skips, expect: due, allowEmpty } = this.#options;
    const [file = 'stdin'] = operands;
    if (due !== undefined && this.vignettes !== due)
      throw inputError(`${this.vignettes} vignettes where --expect says ${due}`, { file });
    if (this.vignettes + this.objects + skips.count === 0 && !allowEmpty)
      throw inputError('there are no vignettes', { file, hint: 'use --allow-empty if that is right' });
  }
}
