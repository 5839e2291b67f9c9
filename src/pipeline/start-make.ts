import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../errors.js';
import { ENDING_SIGNALS } from '../shell/signal-status.js';
import { toolkitFolder } from '../toolkit-folder.js';

/**
 * `fc-pipeline ARGUMENTS…`: make with the rules of `pipeline.mk`, wherever the toolkit is installed. Without
 * arguments make shows its help.
 *
 * @returns the exit status, make's own
 */
export async function startMake(args: string[]): Promise<number> {
  if (args.some((word) => /^RUNS?=/.test(word)) && args.every((word) => /^-|=/.test(word))) {
    process.stderr.write('fc-pipeline: say what to make: run (RUN=…) or all (RUNS=…)\n');
    return 2;
  }
  const given = args.length === 1 && args[0] === '--help' ? ['help'] : args;
  const make = spawn('make', ['-f', join(toolkitFolder, 'pipeline.mk'), ...given], {
    stdio: 'inherit',
    env: { ...process.env, FC_TOOLKIT: toolkitFolder },
  });
  // A terminal sends its signals to make as well, but kill and a batch system may send them to us alone.
  for (const signal of ENDING_SIGNALS) process.on(signal, () => make.kill(signal));
  try {
    const [status, signal] = (await once(make, 'close')) as [number | null, NodeJS.Signals | null];
    return signal === null ? (status ?? 3) : 128 + constants.signals[signal];
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    process.stderr.write('fc-pipeline: there is no make (install GNU make: apt-get install make)\n');
    return 3;
  }
}
