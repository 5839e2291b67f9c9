/**
 * What a command is. A command gets everything it works with and touches nothing global, so that tests can
 * call it and one process can run several.
 */
import type { Readable, Writable } from 'node:stream';
import type { Report } from '../report.js';
import type { Skips } from '../skips.js';
import type { OptionTable, OptionValues } from './options.js';

export interface Command<T extends OptionTable = OptionTable> {
  /** What the person types: `fc-decollage`. */
  name: string;
  /** One sentence for `--help`. */
  summary: string;
  /** Runnable examples, each a whole pipe, shown first in `--help`. */
  examples: string[];
  /** What stands behind the name in the usage line, such as `[RUN…]`. */
  operands: string;
  /** Further paragraphs for the end of `--help`. */
  notes?: string;
  options: T;
  /** Whether the command reads stdin when called so; then a terminal as stdin shows the help (status 2). */
  readsInput(invocation: { options: OptionValues<T>; operands: string[] }): boolean;
  /** Whether the command writes to stdout when called so; it does unless told otherwise. */
  writesOutput?(invocation: { options: OptionValues<T>; operands: string[] }): boolean;
  /** What goes to stdout is no text, and a terminal is no place for it. */
  binaryOutput?(invocation: { options: OptionValues<T>; operands: string[] }): boolean;
  /** Stdout's reader may leave without ending the command (`fc-upload` finishes what it began). */
  outlivesReader?: boolean;
  run(invocation: Invocation<T>): Promise<void>;
}

export interface Invocation<T extends OptionTable = OptionTable> {
  options: OptionValues<T>;
  /** What is no option, in order. */
  operands: string[];
  input: Readable;
  output: Writable;
  report: Report;
  /** Where bad records go: stops the command or counts them, as `--on-error` says. */
  skips: Skips;
  /** Aborted by SIGINT and SIGTERM, and by a reader that leaves. */
  signal: AbortSignal;
}

/** Keeps the types of a command's options through to its `run`. */
export const defineCommand = <const T extends OptionTable>(command: Command<T>): Command<T> => command;
