/**
 * What the starters in `bin` call. `--version` is answered before anything else is loaded, because make and
 * scripts ask for it often.
 */
import { toolkitVersion } from '../version.js';
import type { Command } from './command.js';
import { describeError, printStack } from './print-error.js';

/**
 * Small buffers share slabs of this size; with Node's 8 KiB, thousands of vignettes a second were allocations of
 * their own, and a tenth of the time was garbage collection.
 */
const SLAB = 2 ** 20;

/** Runs the command that `load` brings, on this process. */
export async function start(name: string, load: () => Promise<{ command: unknown }>): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.length === 1 && argv[0] === '--version') {
    process.stdout.write(`${name} ${toolkitVersion()}\n`);
    return;
  }
  // Words that cannot be written are no reason to stop.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${name}: ${describeError(error)}\n`);
    printStack(error);
    // Node would end with 1, which says that records were skipped on request.
    process.exit(3);
  });
  Buffer.poolSize = SLAB;
  const [{ runCommand }, { command }] = await Promise.all([import('./run-command.js'), load()]);
  await runCommand(command as Command, argv);
}
