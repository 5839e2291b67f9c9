import { errorCode, systemReason, ToolError } from '../errors.js';
import { printable } from './printable.js';

/** The exit status for each kind of fault. */
const STATUS = { usage: 2, input: 3, output: 3, store: 4 } as const;

/** The exit status that an error asks for. What is no ToolError is a broken disk, pipe or program: 3. */
export const statusOf = (error: unknown): number => (error instanceof ToolError ? STATUS[error.kind] : 3);

/**
 * One line: the place, what is wrong, and what to do.
 *
 * `run1/run1.lst:842: 64 fields where the header names 65 (the file may be cut short; copy it again)`
 */
export function describeError(error: unknown): string {
  if (!(error instanceof ToolError)) {
    // Not foreseen; the code (ENOSPC, …) is what the person can search for.
    const code = errorCode(error);
    return printable(code ? `${systemReason(error)} (${code})` : systemReason(error));
  }
  const place = [error.file, error.line, error.entry].filter((part) => part !== undefined).join(':');
  const hint = error.hint === undefined ? '' : ` (${error.hint})`;
  return printable(`${place === '' ? '' : `${place}: `}${error.message}${hint}`);
}

/** For those who look for a fault of the program: `FC_DEBUG=1` shows where an error was thrown. */
export function printStack(error: unknown): void {
  if (process.env.FC_DEBUG === '1') process.stderr.write(`${(error as Error | undefined)?.stack}\n`);
}
