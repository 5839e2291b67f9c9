/** The file that says that an upload is complete (`s3_upload_complete.txt`), and is there only if it is. */
import { access, constants, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, outputError, systemReason, ToolError, usageError } from '../errors.js';
import type { Tally } from './receipt.js';

/**
 * Makes sure that a confirmation can be written, before anything is sent, and removes the one of an earlier upload,
 * so that it cannot be taken for this one's.
 *
 * @throws an output error that names the file; a usage error where it is something else than a confirmation
 */
export async function clearConfirmation(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
    if (!(await isConfirmation(path)))
      throw usageError(`--confirm ${path} is there already, and is no confirmation`, {
        hint: 'name another file',
      });
    await unlink(path);
  } catch (cause) {
    if (cause instanceof ToolError) throw cause;
    const ofFile = ['open', 'unlink'].includes((cause as { syscall?: string }).syscall ?? '');
    if (ofFile && errorCode(cause) === 'ENOENT') return;
    throw outputError(`cannot write: ${systemReason(cause)}`, { file: path, cause });
  }
}

/** Whether a file is a confirmation of an earlier upload, or empty. */
async function isConfirmation(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_LINE.length), 0, FIRST_LINE.length, 0);
    return bytesRead === 0 || buffer.toString('latin1', 0, bytesRead) === FIRST_LINE;
  } finally {
    await file.close();
  }
}

const FIRST_LINE = 'status: complete\n';

export interface Confirmed {
  bucket: string;
  prefix: string;
  endpoint: string;
  tally: Tally;
  /** How many vignettes came in: those that were stored, by themselves or in an archive. */
  vignettes: number;
  /** How many records were left out, here and before. */
  skipped: number;
  version: string;
}

/** The text of a confirmation: `name: value` lines, for people, grep and make. */
export function confirmation(of: Confirmed): string {
  const { byStatus, byKind, bytes, stored, verified } = of.tally;
  const lines: [string, string | number][] = [
    ['status', 'complete'],
    ['bucket', of.bucket],
    ['prefix', of.prefix],
    ['endpoint', of.endpoint],
    ['objects', stored],
    ['vignettes', of.vignettes],
    ['masks', byKind.mask],
    ['sidecars', byKind.sidecar],
    ['archives', byKind.archive],
    ['uploaded', byStatus.uploaded],
    ['unchanged', byStatus.unchanged],
    ['replaced', byStatus.replaced],
    ['present', byStatus.present],
    ['bytes', bytes],
    ['skipped', of.skipped],
    ['verified', [...verified].sort().join(', ')],
    ['toolkit', `flowcam-toolkit ${of.version}`],
  ];
  return lines.map(([name, value]) => `${name}: ${value}\n`).join('');
}
