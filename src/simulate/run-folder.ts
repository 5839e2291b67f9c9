import { type FileHandle, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { errorCode, outputError, systemReason, ToolError, usageError } from '../errors.js';
import { writeFileAtomically } from '../streams/atomic-file.js';

/**
 * A run folder in the making. Its list has another name until all else is there, so that a run that was cut short
 * does not look whole.
 */
export class RunFolder {
  readonly path: string;
  /** The run's name: the folder's. */
  readonly run: string;
  readonly #list: FileHandle;
  readonly #made: boolean;
  readonly #written: string[] = [];

  private constructor(path: string, list: FileHandle, made: boolean) {
    this.path = path;
    this.run = basename(path);
    this.#list = list;
    this.#made = made;
  }

  /**
   * Takes a folder that is not there yet, or empty.
   *
   * @throws a usage error for a name that no list can hold; an output error where something is in the folder already
   */
  static async create(folder: string): Promise<RunFolder> {
    const path = resolve(folder);
    if (!/^[ -~]+$/.test(basename(path)) || /[|\\]/.test(basename(path)) || basename(path).startsWith('.')) {
      throw usageError('this name cannot be a run: its list would not hold it', {
        file: folder,
        hint: 'use printable ASCII without | and \\, and no dot in front; the folder can be renamed afterwards',
      });
    }
    try {
      const made = await makeFolder(path);
      if ((await readdir(path)).length > 0) throw notEmpty(folder);
      return new RunFolder(path, await claim(path), made);
    } catch (cause) {
      throw cause instanceof ToolError ? cause : writeError(folder, cause);
    }
  }

  /** Writes one of the run's files. */
  async write(name: string, bytes: Uint8Array | string): Promise<void> {
    const path = join(this.path, name);
    this.#written.push(path);
    await writeFileAtomically(path, bytes);
  }

  /** Adds lines to the list. */
  async append(lines: string): Promise<void> {
    await this.#list.appendFile(lines).catch((cause) => {
      throw writeError(join(this.path, UNFINISHED_LIST), cause);
    });
  }

  /** Gives the list its name: the run is whole. */
  async finish(): Promise<void> {
    const path = join(this.path, `${this.run}.lst`);
    try {
      await this.#list.close();
      await rename(join(this.path, UNFINISHED_LIST), path);
    } catch (cause) {
      throw writeError(path, cause);
    }
  }

  /** Takes back all that was written, as far as that is possible. */
  async discard(): Promise<void> {
    await this.#list.close().catch(() => {});
    for (const path of [...this.#written, join(this.path, UNFINISHED_LIST)])
      await unlink(path).catch(() => {});
    if (this.#made) await rmdir(this.path).catch(() => {});
  }
}

const UNFINISHED_LIST = '.unfinished.lst';

/** Makes the folder where it is not there; tells whether it was not. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    return (await mkdir(path, { recursive: true })) !== undefined;
  } catch (cause) {
    if (errorCode(cause) !== 'EEXIST') throw cause;
    throw outputError('this is no folder', { file: path, hint: 'name a new folder', cause });
  }
}

/** Whoever makes the list first has the folder. */
async function claim(path: string): Promise<FileHandle> {
  try {
    return await open(join(path, UNFINISHED_LIST), 'wx');
  } catch (cause) {
    throw errorCode(cause) === 'EEXIST' ? notEmpty(path) : cause;
  }
}

const notEmpty = (folder: string) =>
  outputError('there is something in this folder already, and nothing is overwritten', {
    file: folder,
    hint: 'name a new folder',
  });

const writeError = (file: string, cause: unknown): Error =>
  outputError(`cannot write: ${systemReason(cause)}`, { file, cause });
