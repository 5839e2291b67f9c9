import type { Command } from './command.js';
import type { OptionTable } from './options.js';
import { describeError, printStack } from './print-error.js';
import { runCommand } from './run-command.js';

/**
 * Small buffers share slabs of this size; with Node's 8 KiB, thousands of vignettes a second were allocations of
 * their own, and a tenth of the time was garbage collection.
 */
const SLAB = 2 ** 20;

/** Runs a command on this process: what the starters in `bin` come to, but for `--version`. */
export async function start<T extends OptionTable>(command: Command<T>): Promise<void> {
  // Words that cannot be written are no reason to stop.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${command.name}: ${describeError(error)}\n`);
    printStack(error);
    // Node would end with 1, which says that records were skipped on request.
    process.exit(3);
  });
  Buffer.poolSize = SLAB;
  await runCommand(command, process.argv.slice(2));
}
