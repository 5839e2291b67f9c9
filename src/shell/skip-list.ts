import { closeSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { outputError, systemReason, type ToolError, usageError } from '../errors.js';
import type { Skips } from '../skips.js';
import { describeError } from './print-error.js';
import type { StderrReport } from './stderr-report.js';

/** Carries out `--on-error` and `--skipped`. */
export class SkipList implements Skips {
  readonly #report: StderrReport;
  readonly #skip: boolean;
  readonly #path: string | undefined;
  readonly #list: number | undefined;
  #count = 0;

  constructor(
    report: StderrReport,
    { onError, skipped }: { onError?: string; skipped?: string | undefined },
  ) {
    this.#report = report;
    this.#skip = onError === 'skip';
    this.#path = skipped;
    if (this.#path !== undefined) {
      refuseOtherFile(this.#path);
      // Written even when it stays empty: "nothing was skipped" is an answer too.
      this.#list = this.#write(() => openSync(this.#path!, 'w'));
    }
  }

  get count(): number {
    return this.#count;
  }

  async skip(error: ToolError, subject: { run?: string; index?: number; name?: string } = {}) {
    if (!this.#skip) throw error;
    this.#count += 1;
    this.#report.print(`skipped: ${describeError(error)}`);
    const { file, line, entry, message: reason, hint } = error;
    const list = this.#list;
    if (list !== undefined) {
      this.#write(() =>
        writeFileSync(list, `${JSON.stringify({ ...subject, file, line, entry, reason, hint })}\n`),
      );
    }
    await this.#report.taken();
  }

  close(): void {
    const list = this.#list;
    if (list !== undefined) this.#write(() => closeSync(list));
  }

  #write<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      throw outputError(systemReason(cause), {
        file: this.#path,
        hint: 'name another --skipped FILE',
        cause,
      });
    }
  }
}

/** A list of an earlier run is replaced; any other file stays, which may well be the input. */
function refuseOtherFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size === 0) return;
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(4096);
    const line = start.toString('utf8', 0, readSync(file, start)).split('\n')[0]!;
    if (line.startsWith('{') && line.includes('"reason":')) return;
  } finally {
    closeSync(file);
  }
  throw usageError(`--skipped ${path} is there already, and is no list of skipped records`, {
    hint: 'name another file',
  });
}
