import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { inputError, systemReason, ToolError } from '../errors.js';
import { LIMITS, raise } from '../limits.js';

export interface Bound {
  /** Bytes. */
  most: number;
  /** The option that sets it. */
  option: string;
}

/** The bound of all small files that are read whole. */
export const fileBound = (most = LIMITS.fileBytes): Bound => ({ most, option: 'max-file-bytes' });

/** What is read at a time of a pipe, which has no size. */
const PIECE = 2 ** 16;

/**
 * Reads a file whole, if it is not too large.
 *
 * @param plain take plain files only. Others would be waited for, and not even a signal ends that; so it is meant for
 *   files that nobody has named, but were found beside others.
 * @throws an input error for a file that is larger, and the system's own errors
 */
export async function readBounded(
  path: string,
  { most, option }: Bound,
  { plain = false } = {},
): Promise<Buffer> {
  const tooLarge = (size: string) =>
    inputError(`${size} are more than the ${most} that are read of such a file`, {
      file: path,
      hint: raise(option),
    });
  const file = await open(path, constants.O_RDONLY | (plain ? constants.O_NONBLOCK : 0));
  try {
    const found = await file.stat();
    // What a folder is, its reading says.
    if (plain && !found.isFile() && !found.isDirectory())
      throw inputError('this is no plain file', { file: path });
    if (found.isFile() && found.size > most) throw tooLarge(`${found.size} bytes`);
    const chunks: Buffer[] = [];
    for (let size = 0; ; ) {
      const room = found.isFile() && size === 0 ? found.size + 1 : PIECE;
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(room), 0, room, null);
      if (bytesRead === 0) break;
      size += bytesRead;
      if (size > most) throw tooLarge(`${size} bytes or more`);
      chunks.push(buffer.subarray(0, bytesRead));
    }
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

/**
 * Reads a file that a person has named, which may be a pipe: `--metadata <(…)`.
 *
 * @param what stands before the system's words
 * @throws an input error where it cannot be read, or is too large
 */
export async function readNamedFile(
  file: string,
  { most, what = '', hint }: { most?: number | undefined; what?: string; hint?: string },
): Promise<Buffer> {
  try {
    return await readBounded(file, fileBound(most));
  } catch (cause) {
    if (cause instanceof ToolError) throw cause;
    throw inputError(`${what}${systemReason(cause)}`, { file, hint, cause });
  }
}
