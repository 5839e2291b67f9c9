import { createReadStream, fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';

const STDIN = 0;

/** Node takes 64 KiB from a file at a time, and waits for each with nothing else to do. */
const CHUNK = 2 ** 20;

/** Where a command reads what comes to it: a file in large pieces, anything else as Node does. */
export function openStdin(): Readable {
  return isFile() ? createReadStream('', { fd: STDIN, highWaterMark: CHUNK }) : process.stdin;
}

/** Closed is no file either; Node's own stream knows what to do with that. */
function isFile(): boolean {
  try {
    return fstatSync(STDIN).isFile();
  } catch {
    return false;
  }
}
