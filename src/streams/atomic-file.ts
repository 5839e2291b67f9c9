import { constants } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { outputError, systemReason } from '../errors.js';
import { processTag } from './process-tag.js';

let serial = 0;

/** A name beside `path` that no other process uses, on this node or another that shares the disk. */
const temporaryName = (path: string): string => {
  serial += 1;
  // Long names leave no room for a suffix (255 bytes), so the temporary name does not hold them.
  return join(dirname(path), `.fc-${processTag}-${serial}.tmp`);
};

/**
 * Writes a file so that it is either whole or not there: to a temporary name in the same folder, then
 * renamed. A symbolic link at `path` is replaced, not followed.
 *
 * @param durable wait until the disk has the bytes (fsync) before the name appears
 * @throws an output error that names `path`
 */
export async function writeFileAtomically(
  path: string,
  bytes: Uint8Array | string,
  { durable = false } = {},
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await open(temporary, flags, 0o666);
    try {
      await file.writeFile(bytes);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await unlink(temporary).catch(() => {});
    throw outputError(`cannot write: ${systemReason(cause)}`, {
      file: basename(path) === '' ? dirname(path) : path,
      cause,
    });
  }
}
