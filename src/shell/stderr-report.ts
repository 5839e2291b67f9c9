import { once } from 'node:events';
import type { Report } from '../report.js';
import { printable } from './printable.js';

/** Redraw the progress line at most this often, in seconds. */
const REDRAW = 0.1;

/** Words for people, on stderr; a progress line only where stderr is a terminal. */
export class StderrReport implements Report {
  readonly #name: string;
  readonly #quiet: boolean;
  readonly #verbose: boolean;
  // Not performance.now(): it takes a tenth of a command's start to load.
  readonly #started = process.uptime();
  #drawn = 0;
  #line = false;

  constructor(name: string, { quiet, verbose }: { quiet: boolean; verbose: boolean }) {
    this.#name = name;
    this.#quiet = quiet;
    this.#verbose = verbose;
  }

  note(text: string): void {
    if (!this.#quiet) this.print(text);
  }

  detail(text: string): void {
    if (this.#verbose) this.print(text);
  }

  progress(text: string): void {
    if (this.#quiet || !process.stderr.isTTY) return;
    const now = process.uptime();
    if (now - this.#drawn < REDRAW) return;
    this.#drawn = now;
    this.#line = true;
    const width = (process.stderr.columns || 80) - 1;
    process.stderr.write(`\r${printable(`${this.#name}: ${text}`).slice(0, width)}\x1b[K`);
  }

  summary(text: string): void {
    const seconds = process.uptime() - this.#started;
    this.note(`${text}, ${seconds.toFixed(1)} s`);
  }

  /** Prints a line whatever was asked for: errors, and what was skipped. */
  print(text: string): void {
    if (this.#line) process.stderr.write('\r\x1b[K');
    this.#line = false;
    process.stderr.write(`${printable(`${this.#name}: ${text}`)}\n`);
  }

  /** Resolves when stderr has taken what was printed: lines for a slow reader would pile up in memory. */
  async taken(): Promise<void> {
    if (!process.stderr.writableNeedDrain) return;
    const done = new AbortController();
    const comes = (event: string) => once(process.stderr, event, { signal: done.signal });
    // A stderr that is gone takes nothing, and nothing is to be waited for.
    await Promise.race([comes('drain'), comes('close')]).catch(() => {});
    done.abort();
  }
}
