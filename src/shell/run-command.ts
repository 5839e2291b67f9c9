/**
 * Owns the process: argv, signals, the standard streams, the exit status. Everything else is plain functions.
 */
import { setMaxListeners } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { errorCode, usageError } from '../errors.js';
import { toolkitVersion } from '../version.js';
import type { Command } from './command.js';
import type { OptionTable } from './options.js';
import { parseArguments } from './parse-arguments.js';
import { describeError, printStack, statusOf } from './print-error.js';
import { ENDING_SIGNALS, type EndingSignal, SIGNAL_STATUS } from './signal-status.js';
import { SkipList } from './skip-list.js';
import { StderrReport } from './stderr-report.js';
import { openStdin } from './stdin.js';
import { noStdout, openStdout } from './stdout.js';

/** How long a command may take to end after a signal, in milliseconds: uploads in flight finish or abort. */
const GRACE = 20_000;

/** The reader of stdout left; no fault of anybody's. */
class ReaderLeft extends Error {}

class Interrupted extends Error {
  constructor(readonly signal: EndingSignal) {
    super(`interrupted by ${signal}`);
  }
}

/** Runs a command on this process's arguments and streams, and sets the exit status. */
export async function runCommand<T extends OptionTable>(command: Command<T>, argv: string[]): Promise<void> {
  let report = new StderrReport(command.name, { quiet: false, verbose: false });
  try {
    const { options, operands } = parseArguments(command, argv);
    if (options.help) return print(await helpOf(command));
    if (options.version) return print(`${command.name} ${toolkitVersion()}\n`);
    report = new StderrReport(command.name, options as { quiet: boolean; verbose: boolean });
    const reads = command.readsInput({ options, operands });
    if (reads && isatty(0)) {
      process.stderr.write(await helpOf(command));
      process.exitCode = 2;
      return;
    }
    if (command.binaryOutput?.({ options, operands }) && isatty(1))
      throw usageError('a tar archive would go to the terminal', {
        hint: 'send it to a file or a program: > vignettes.tar',
      });
    const skips = new SkipList(report, {
      onError: options['on-error'] as string,
      skipped: options.skipped as string | undefined,
    });
    const writes = command.writesOutput?.({ options, operands }) ?? true;
    const stdout = writes ? openStdout() : noStdout();
    const input = openStdin();
    const { controller, release } = ownProcess(reads, input, stdout.stream, command.outlivesReader ?? false);
    // Node ends with 0 once nothing is left to wait for, also where a promise is never kept.
    const onIdle = () => {
      report.print('it stopped with its work undone, which is a fault of the program');
      process.exitCode = 3;
    };
    process.once('beforeExit', onIdle);
    try {
      await command.run({
        options,
        operands,
        input,
        output: stdout.stream,
        report,
        skips,
        signal: controller.signal,
      });
      skips.close();
      await stdout.close();
      if (skips.count > 0) process.exitCode = 1;
    } catch (error) {
      const reason: unknown = controller.signal.aborted ? controller.signal.reason : error;
      if (reason instanceof ReaderLeft) process.exitCode = 0;
      else if (reason instanceof Interrupted) {
        report.print(reason.message);
        process.exitCode = SIGNAL_STATUS[reason.signal];
      } else throw error;
    } finally {
      process.off('beforeExit', onIdle);
      release();
    }
  } catch (error) {
    report.print(describeError(error));
    printStack(error);
    process.exitCode = statusOf(error);
  }
}

async function helpOf<T extends OptionTable>(command: Command<T>): Promise<string> {
  const { helpPage } = await import('./help-page.js');
  return `${await helpPage(command as unknown as Command)}\n`;
}

/** Prints a page that its reader may leave. */
function print(page: string): void {
  process.stdout.on('error', (error) => {
    if (errorCode(error) !== 'EPIPE') throw error;
  });
  process.stdout.write(page);
}

/** Turns signals, and a reader that leaves, into one AbortSignal; both also end the reading of stdin. */
function ownProcess(reads: boolean, stdin: Readable, stdout: Writable, outlivesReader: boolean) {
  const controller = new AbortController();
  // As many wait for it as there are requests under way; Node would take more than ten for a leak, and say so.
  setMaxListeners(0, controller.signal);
  const abort = (reason: Error) => {
    if (controller.signal.aborted) return;
    controller.abort(reason);
    // Whoever reads stdin gets the reason; where nobody does, it is no unhandled error.
    stdin.on('error', () => {}).destroy(reason);
  };
  const onSignal = (signal: EndingSignal) => {
    if (controller.signal.aborted) process.exit(SIGNAL_STATUS[signal]);
    abort(new Interrupted(signal));
    setTimeout(() => process.exit(SIGNAL_STATUS[signal]), GRACE).unref();
  };
  const onStdoutError = (error: Error) => {
    if (errorCode(error) === 'EPIPE' && !outlivesReader) abort(new ReaderLeft());
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
  stdout.on('error', onStdoutError);
  return {
    controller,
    release() {
      for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
      // The stdout listener stays: a reader may leave while the last bytes are on their way.
      if (reads) stdin.destroy();
    },
  };
}
