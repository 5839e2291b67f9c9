/** What a person sees where a command refuses: one line with place and reason, and no stack trace. */
import { expect } from 'vitest';
import { ToolError } from '../../src/errors.js';
import type { Outcome } from './programs.js';

/** Expects one line of words that match, and the status. */
export function expectRefusal({ status, stderr }: Outcome, expected: number, words: RegExp): void {
  expect({ stderr, status }).toEqual({ stderr: expect.stringMatching(words), status: expected });
  expect(stderr, 'one line').toMatch(/^fc-[\w-]+: [^\n]+\n$/);
  expect(stderr, 'no stack trace').not.toMatch(/\n\s+at |node:internal|\.ts:\d|\.js:\d/);
}

/** The error that `work` fails with; fails where it does not, or with one that is not ours. */
export async function refusalOf(work: () => unknown): Promise<ToolError> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(ToolError);
    return error as ToolError;
  }
  throw new Error('nothing was refused');
}

/** Runs `work` on hostile input: all is well if it ends, or fails with an error of ours. */
export async function survives(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
  }
}
