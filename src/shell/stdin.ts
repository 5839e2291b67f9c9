import { createReadStream, fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';

const STDIN = 0;

/** Node takes 64 KiB from a file at a time, and waits for each with nothing else to do. */
const CHUNK = 256 * 1024;

/**
 * Where a command reads what comes to it: a file in large pieces, anything else as Node does. It is never closed,
 * as Node never does: the next file opened would be number 0, and Node ends itself when it closes that.
 */
export function openStdin(): Readable {
  if (!isFile()) return process.stdin;
  return createReadStream('', { fd: STDIN, autoClose: false, highWaterMark: CHUNK });
}

/** Closed is no file either; Node's own stream knows what to do with that. */
function isFile(): boolean {
  try {
    return fstatSync(STDIN).isFile();
  } catch {
    return false;
  }
}
