/**
 * The errors that a person may see. Each says what went wrong, where, and what to do; the shell prints
 * them as one line and takes the exit status from their kind.
 */
import { constants } from 'node:os';

/** What kind of fault it is; decides the exit status (2 usage, 3 input and output, 4 store). */
export type ErrorKind = 'usage' | 'input' | 'output' | 'store';

/** Where a fault was found. */
export interface Place {
  /** Path of a file, or a name such as `stdin`. */
  file?: string | undefined;
  /** 1-based line in that file. */
  line?: number | undefined;
  /** Name of an entry in a tar archive, or of an object in a store. */
  entry?: string | undefined;
}

export interface ErrorDetails extends Place {
  /** What the person can do about it, as an imperative without a full stop. */
  hint?: string | undefined;
  cause?: unknown;
}

/** A fault with a kind, a place and a hint. Anything else that is thrown is a bug in the toolkit. */
export class ToolError extends Error {
  readonly kind: ErrorKind;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly entry: string | undefined;
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ToolError';
    this.kind = kind;
    this.file = details.file;
    this.line = details.line;
    this.entry = details.entry;
    this.hint = details.hint;
  }
}

/** The command line asks for something that cannot be (status 2). */
export const usageError = (message: string, details?: ErrorDetails) =>
  new ToolError('usage', message, details);

/** Input is missing, broken or cut short (status 3). */
export const inputError = (message: string, details?: ErrorDetails) =>
  new ToolError('input', message, details);

/** Output cannot be written (status 3). */
export const outputError = (message: string, details?: ErrorDetails) =>
  new ToolError('output', message, details);

/** The store refused or failed (status 4). */
export const storeError = (message: string, details?: ErrorDetails) =>
  new ToolError('store', message, details);

const SYSTEM_REASONS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the file name is too long',
  ELOOP: 'too many symbolic links',
  EIO: 'input/output error',
  EFBIG: 'the file is too large for the file system',
  ESTALE: 'the file is gone from the network disk (stale file handle)',
};

/** Says in plain words why a system call failed. */
export function systemReason(error: unknown): string {
  const code = errorCode(error);
  if (code !== undefined && SYSTEM_REASONS[code] !== undefined) return SYSTEM_REASONS[code];
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node error (`ENOENT`, `ECONNRESET`, …), if it has one. */
export function errorCode(error: unknown): string | undefined {
  const { code, errno } = (error ?? {}) as { code?: unknown; errno?: unknown };
  if (typeof code !== 'string') return undefined;
  // What libuv has no name for, EDQUOT among it, comes as `Unknown system error -122`.
  if (!code.startsWith('Unknown system error') || typeof errno !== 'number') return code;
  return Object.entries(constants.errno).find(([, number]) => number === -errno)?.[0] ?? code;
}
