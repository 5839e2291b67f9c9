/**
 * Calls a command as a function, without a process of its own: for the many cases of one promise. What a person
 * sees in a shell is shown with the real programs.
 */
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { command as decollageCommand } from '../../src/commands/decollage.js';
import { command as lst2csvCommand } from '../../src/commands/lst2csv.js';
import type { Command } from '../../src/shell/command.js';
import type { OptionTable } from '../../src/shell/options.js';
import { parseArguments } from '../../src/shell/parse-arguments.js';
import { describeError, statusOf } from '../../src/shell/print-error.js';
import { printable } from '../../src/shell/printable.js';
import { SkipList } from '../../src/shell/skip-list.js';
import { StderrReport } from '../../src/shell/stderr-report.js';
import type { Outcome } from './programs.js';

/** Keeps what a person would read. */
class Words extends StderrReport {
  text = '';
  readonly #name: string;

  constructor(name: string, said: { quiet: boolean; verbose: boolean }) {
    super(name, said);
    this.#name = name;
  }

  override print(text: string): void {
    this.text += `${printable(`${this.#name}: ${text}`)}\n`;
  }
}

/** Stdout, words and status of a command with these arguments and this stdin. */
export async function call<T extends OptionTable>(
  command: Command<T>,
  args: string[],
  input: string | Uint8Array = '',
): Promise<Outcome> {
  const stdout = new PassThrough();
  const written = buffer(stdout);
  let words = new Words(command.name, { quiet: false, verbose: false });
  let status = 0;
  try {
    const { options, operands } = await parseArguments(command, args);
    words = new Words(command.name, options as { quiet: boolean; verbose: boolean });
    const { 'on-error': onError, skipped } = options as { 'on-error'?: string; skipped?: string };
    const skips = new SkipList(words, { ...(onError === undefined ? {} : { onError }), skipped });
    await command.run({
      options,
      operands,
      input: Readable.from(input.length === 0 ? [] : [Buffer.from(input)]),
      output: stdout,
      report: words,
      skips,
      signal: new AbortController().signal,
    });
    skips.close();
    if (skips.count > 0) status = 1;
  } catch (error) {
    words.print(describeError(error));
    status = statusOf(error);
  }
  stdout.end();
  return { stdout: await written, stderr: words.text, status };
}

/** The records of a run, as NDJSON. */
export async function recordsOf(folder: string): Promise<string> {
  const { stdout, stderr, status } = await call(lst2csvCommand, [folder, '--format', 'ndjson']);
  if (status !== 0) throw new Error(stderr);
  return stdout.toString();
}

/** What fc-decollage makes of a run. */
export const decollage = async (folder: string, ...args: string[]): Promise<Outcome> =>
  call(decollageCommand, args, await recordsOf(folder));

/** What fc-decollage makes of these records. */
export const decollageRecords = (records: string | object[], ...args: string[]): Promise<Outcome> =>
  call(
    decollageCommand,
    args,
    typeof records === 'string' ? records : records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  );
