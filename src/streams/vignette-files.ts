import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, outputError, systemReason } from '../errors.js';
import { writeFileAtomically } from './atomic-file.js';
import { makeFolder } from './make-folder.js';
import type { Vignette, VignetteSink } from './vignette.js';
import { filesOf } from './vignette-stream.js';

/**
 * So many files are written at once, and so many bytes: on a disk in a network each waits for several answers, and one
 * after the other 18,000 files took ten times as long on a disk of the machine, too.
 */
const AT_ONCE = { files: 32, bytes: 16 * 2 ** 20 };

/**
 * Writes vignettes as files of one folder, which is made where it is missing. Each file is whole or not there.
 * A file that is there with the same bytes is left as it is, so that a run can be repeated; one with other bytes
 * is never overwritten.
 */
export class VignetteFolder implements VignetteSink {
  readonly #folder: string;
  #made: Promise<unknown> | undefined;
  /** By path, in one case and normal form: on some disks two such names are one. */
  readonly #underWay = new Map<string, Promise<void>>();
  #bytes = 0;
  #open = 0;
  #failure: { error: unknown } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(vignette: Vignette): Promise<void> | undefined {
    for (const { path, bytes } of filesOf(vignette)) {
      if (path.includes('/'))
        throw outputError('this name holds a folder, and vignettes are written into one folder', {
          file: this.#folder,
          entry: path,
          hint: 'archive the files from within their folder: tar -C FOLDER -c .',
        });
      this.#begin(join(this.#folder, path), bytes);
    }
    return this.#full || this.#failure !== undefined ? this.#untilRoom() : undefined;
  }

  async end(): Promise<void> {
    await Promise.all(this.#underWay.values());
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  get #full(): boolean {
    return this.#underWay.size >= AT_ONCE.files || this.#bytes >= AT_ONCE.bytes;
  }

  async #untilRoom(): Promise<void> {
    while (this.#full && this.#failure === undefined) await Promise.race(this.#underWay.values());
    // After a failure nothing goes on behind.
    if (this.#failure !== undefined) await this.end();
  }

  /** Starts to write a file; a failure is remembered, and no promise is ever left to fail alone. */
  #begin(path: string, bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    const key = path.normalize('NFC').toLowerCase();
    // A file of this name may be under way, and is then there before this one looks.
    const before = this.#underWay.get(key) ?? this.#makeFolder();
    const writing = before
      .then(() => this.#writeWithFewFiles(path, bytes))
      .catch((error) => {
        this.#failure ??= { error };
      })
      .then(() => {
        this.#bytes -= bytes.length;
        if (this.#underWay.get(key) === writing) this.#underWay.delete(key);
      });
    this.#underWay.set(key, writing);
  }

  /** Where no more files may be open, waits for the others. */
  async #writeWithFewFiles(path: string, bytes: Uint8Array): Promise<void> {
    for (;;) {
      try {
        this.#open += 1;
        return await this.#writeFile(path, bytes);
      } catch (error) {
        if (errorCode((error as Error).cause) !== 'EMFILE' || this.#open === 1) throw error;
      } finally {
        this.#open -= 1;
      }
      await sleep(1);
    }
  }

  #makeFolder(): Promise<unknown> {
    this.#made ??= makeFolder(this.#folder).catch((cause) => {
      throw outputError(`cannot make this folder: ${systemReason(cause)}`, { file: this.#folder, cause });
    });
    return this.#made;
  }

  async #writeFile(path: string, bytes: Uint8Array): Promise<void> {
    const fail = (message: string, cause?: unknown) =>
      outputError(message, { file: path, hint: 'remove it, or choose another --output-directory', cause });
    const unreadable = (cause: unknown) => {
      if (errorCode(cause) === 'ENOENT') return undefined;
      throw fail(`cannot look at what is there: ${systemReason(cause)}`, cause);
    };
    // A link is not followed and a FIFO not waited for: the folder may be anybody's.
    const present = await lstat(path).catch(unreadable);
    if (present === undefined) return writeFileAtomically(path, bytes);
    if (!present.isFile()) throw fail('there is something of this name that is no plain file');
    const same = present.size === bytes.length && (await readFile(path).catch(unreadable))?.equals(bytes);
    if (!same) throw fail('there is another file of this name');
  }
}
