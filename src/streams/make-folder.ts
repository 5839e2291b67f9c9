import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../errors.js';

/**
 * Makes a folder, and those above it; fine where it is there. Node's own `recursive` says of a read-only disk that
 * there is no such file, and never returns from some folders below /proc.
 *
 * @throws the system's error
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    // A read-only disk complains before it looks what is there.
    const known = await stat(path).catch(() => undefined);
    if (!known?.isDirectory()) throw error;
  }
}
