import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, outputError, systemReason } from '../errors.js';
import { writeFileAtomically } from './atomic-file.js';
import { makeFolder } from './make-folder.js';
import type { Vignette } from './vignette.js';
import { filesOf } from './vignette-stream.js';

/**
 * Writes vignettes as files of one folder, which is made where it is missing. Each file is whole or not there.
 * A file that is there with the same bytes is left as it is, so that a run can be repeated; one with other bytes
 * is never overwritten.
 */
export class VignetteFolder {
  readonly #folder: string;
  #made: Promise<unknown> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(vignette: Vignette): Promise<void> {
    this.#made ??= makeFolder(this.#folder).catch((cause) => {
      throw outputError(`cannot make this folder: ${systemReason(cause)}`, { file: this.#folder, cause });
    });
    await this.#made;
    for (const { path, bytes } of filesOf(vignette)) {
      if (path.includes('/'))
        throw outputError('this name holds a folder, and vignettes are written into one folder', {
          file: this.#folder,
          entry: path,
          hint: 'archive the files from within their folder: tar -C FOLDER -c .',
        });
      await this.#writeFile(join(this.#folder, path), bytes);
    }
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
