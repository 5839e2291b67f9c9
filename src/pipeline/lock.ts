import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long to wait for another make at the same work, in seconds, before going on beside it; or FC_LOCK_WAIT. */
const PATIENCE = '60';
/** Say that we wait after this many milliseconds. */
const SILENCE = 1000;

/**
 * Waits until no other make works at the same folder, as far as `flock` can tell. A lock only spares work:
 * it is unreliable across machines, so where there is none, or it is not to be had, the work goes on without. The
 * kernel drops it with the process that holds it, which ends with this one, however this one ends.
 *
 * @param signal gives up waiting
 * @returns what releases the lock
 */
export async function lock(path: string, signal: AbortSignal, onWait: () => void): Promise<() => void> {
  const holder = spawn(
    'flock',
    ['-w', process.env.FC_LOCK_WAIT || PATIENCE, path, 'sh', '-c', 'echo; exec cat >/dev/null'],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
      signal,
    },
  );
  const [taken, over] = [once(holder.stdout, 'data'), once(holder, 'close')];
  holder.stdin.on('error', () => {});
  const waiting = setTimeout(onWait, SILENCE);
  // No flock on this machine, no lock on this disk, no lock in time: all mean going on without.
  await Promise.race([taken, over]).catch(() => {});
  over.catch(() => {});
  clearTimeout(waiting);
  return () => holder.stdin.destroy();
}
