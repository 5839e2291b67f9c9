/**
 * What a step may tell the person who runs it. Steps get a `Report` and never write to stderr themselves,
 * so that the same step works in a shell command, in a chain within one process, and in a test.
 */
export interface Report {
  /** Something the person should know though all goes on (printed unless `--quiet`). */
  note(text: string): void;
  /** A detail for those who ask (printed with `--verbose`). */
  detail(text: string): void;
  /** How far the work is; shown as one changing line on a terminal, otherwise not at all. */
  progress(text: string): void;
  /** The closing line: counts, bytes; the seconds are added (printed unless `--quiet`). */
  summary(text: string): void;
}

/** A report that says nothing. */
export const silentReport: Report = { note() {}, detail() {}, progress() {}, summary() {} };

/** `1 run`, `2 runs`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
