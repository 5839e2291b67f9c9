import { setTimeout as sleep } from 'node:timers/promises';
import { StoreFault } from './store-fault.js';

/** Delay before the first retry, doubled for each further one, in milliseconds. */
const FIRST_DELAY = 250;
const LONGEST_DELAY = 10_000;

export interface RetryPolicy {
  /** How often to try again after the first failure. */
  retries: number;
  /** Once aborted, nothing is tried again. */
  signal: AbortSignal;
  /** Told of each failure that is tried again. */
  onRetry(fault: StoreFault, delay: number): void;
}

/**
 * Tries until it works, for faults that may pass. Waits longer each time, and for half of the time a random
 * span, so that many clients do not come back at the same moment.
 *
 * @throws the last StoreFault
 */
export async function withRetries<T>(attempt: () => Promise<T>, policy: RetryPolicy): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StoreFault) || error.verdict !== 'retry') throw error;
      if (tried >= policy.retries || policy.signal.aborted) throw error;
      const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** tried) * (0.5 + Math.random() / 2);
      policy.onRetry(error, delay);
      await sleep(delay, undefined, { signal: policy.signal }).catch(() => {
        throw error;
      });
    }
  }
}
