import { createWriteStream, fstatSync } from 'node:fs';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { isatty } from 'node:tty';
import { outputError, systemReason } from '../errors.js';

const STDOUT = 1;

/** Where a command writes its data. */
export interface Stdout {
  stream: Writable;
  /**
   * Lets go of it, after all was written. Only now do some disks (full ones on a network, quotas) say what they
   * could not keep.
   *
   * @throws an output error
   */
  close(): Promise<void>;
}

/**
 * Opens stdout. Where it is a file, Node's own stream is not good enough: it takes a write of which the disk had
 * room for a part only for done, so that a disk that runs full cuts the last bytes off without a word; and it never
 * looks at how the closing went.
 */
export function openStdout(): Stdout {
  if (!isFile()) return { stream: process.stdout, close: async () => {} };
  const stream = createWriteStream('', { fd: STDOUT });
  return {
    stream,
    async close() {
      stream.end();
      await finished(stream).catch((cause) => {
        throw outputError(`cannot write: ${systemReason(cause)}`, { file: 'stdout', cause });
      });
    },
  };
}

/**
 * What a command gets that writes no output. Stdout is not even looked at then: Node makes a pipe non-blocking at
 * the first look, for all who share it, and a `tee >(fc-decollage --output-directory DIR) | …` would end tee.
 */
export const noStdout = (): Stdout => ({
  stream: new Writable({ write: (_, __, done) => done(new Error('this call has no output')) }),
  close: async () => {},
});

/** A file or a device, neither a pipe nor a terminal. */
function isFile(): boolean {
  if (isatty(STDOUT)) return false;
  const kind = fstatSync(STDOUT);
  return !kind.isFIFO() && !kind.isSocket();
}
