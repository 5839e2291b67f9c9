/**
 * The program behind the recipes of `pipeline.mk`; people call `make` or `fc-pipeline`.
 *
 *     main.js run MAKE               the recipe of `make run`
 *     main.js all MAKE               the recipe of `make all`
 *     main.js step TARGET LINE       the recipe of a target: makes it by a line of bash
 */
import { appendFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { describeError, statusOf } from '../shell/print-error.js';
import { printable } from '../shell/printable.js';
import { ENDING_SIGNALS, type EndingSignal, SIGNAL_STATUS } from '../shell/signal-status.js';
import { StderrReport } from '../shell/stderr-report.js';
import { type Driver, driveAll, driveRun } from './drive.js';
import { logPath } from './made.js';
import { readMakeFlags } from './make-flags.js';
import { readSettings } from './settings.js';
import { makeTarget, RecipeFailed } from './step.js';
import { isTarget } from './targets.js';

async function main([action, first = '', line = '']: string[]): Promise<number> {
  const makeFlags = process.env.MAKEFLAGS;
  const flags = readMakeFlags(makeFlags);
  const report = new StderrReport('fc-pipeline', { quiet: flags.quiet, verbose: false });
  const signal = listenForSignals();
  try {
    const settings = readSettings(process.env);
    if (action === 'step') {
      // With several runs at once each line says whose it is.
      const prefix = settings.runs === undefined ? '' : `${basename(dirname(first))}: `;
      const onLine = (text: string) => {
        if (!flags.quiet) process.stderr.write(`${printable(prefix + text)}\n`);
      };
      await makeTarget(first, line, { settings, report, onLine, signal });
      return 0;
    }
    const driver: Driver = { make: first, makeFlags, settings, flags, report, signal };
    const made =
      action === 'run'
        ? await driveRun(driver)
        : await driveAll(driver, (table) => void process.stdout.write(table));
    return made ? 0 : 3;
  } catch (error) {
    const words = signal.aborted
      ? `interrupted by ${(signal.reason as Interrupted).signal}`
      : error instanceof RecipeFailed
        ? error.message
        : describeError(error);
    report.print(words);
    // The closing table has the last line of a step's log.
    if (action === 'step') await addToLog(first, words);
    if (process.env.FC_DEBUG === '1') process.stderr.write(`${(error as Error).stack}\n`);
    if (signal.aborted) return SIGNAL_STATUS[(signal.reason as Interrupted).signal];
    return error instanceof RecipeFailed ? error.status : statusOf(error);
  }
}

/** A log that cannot be written is no reason to hide the error itself. */
async function addToLog(path: string, words: string): Promise<void> {
  const target = basename(path);
  if (isTarget(target)) await appendFile(logPath(dirname(path), target), `${words}\n`).catch(() => {});
}

interface Interrupted {
  signal: EndingSignal;
}

/** Signals end what runs below, and this after it. */
function listenForSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ENDING_SIGNALS)
    process.on(signal, () => controller.abort({ signal } satisfies Interrupted));
  return controller.signal;
}

process.exitCode = await main(process.argv.slice(2));
