import { expect, test } from 'vitest';
import { withRetries } from '../../src/store/retry.js';
import { answeredFault, StoreFault } from '../../src/store/store-fault.js';

const policy = (retries: number) => {
  const delays: number[] = [];
  const abort = new AbortController();
  return {
    delays,
    abort,
    policy: { retries, signal: abort.signal, onRetry: (_: StoreFault, delay: number) => delays.push(delay) },
  };
};

const failing = (times: number, fault: () => Error) => {
  let calls = 0;
  return {
    calls: () => calls,
    attempt: async () => {
      calls += 1;
      if (calls <= times) throw fault();
      return calls;
    },
  };
};

test('tries again what may pass, waiting longer each time', async () => {
  const { policy: rules, delays } = policy(3);
  const work = failing(3, () => answeredFault(503, 'SlowDown'));
  expect(await withRetries(work.attempt, rules)).toBe(4);
  for (const [at, delay] of delays.entries()) {
    expect(delay).toBeGreaterThanOrEqual(125 * 2 ** at);
    expect(delay).toBeLessThanOrEqual(250 * 2 ** at);
  }
});

test('gives up after so many, with the last fault', async () => {
  const work = failing(9, () => answeredFault(500));
  await expect(withRetries(work.attempt, policy(1).policy)).rejects.toMatchObject({ code: 'HTTP 500' });
  expect(work.calls()).toBe(2);
});

test.each([
  [403, 'AccessDenied'],
  [404, 'NoSuchBucket'],
  [400, 'SomethingElse'],
  [413, 'EntityTooLarge'],
])('does not try %i %s again', async (status, code) => {
  const work = failing(9, () => answeredFault(status, code));
  await expect(withRetries(work.attempt, policy(5).policy)).rejects.toMatchObject({ code });
  expect(work.calls()).toBe(1);
});

test('does not touch what is no fault of a store', async () => {
  const work = failing(9, () => new TypeError('bug'));
  await expect(withRetries(work.attempt, policy(5).policy)).rejects.toThrow(TypeError);
  expect(work.calls()).toBe(1);
});

test('an interruption ends the waiting, with the fault', async () => {
  const { policy: rules, abort } = policy(100);
  const work = failing(100, () => answeredFault(503));
  const outcome = withRetries(work.attempt, rules);
  setTimeout(() => abort.abort(), 20);
  await expect(outcome).rejects.toBeInstanceOf(StoreFault);
  expect(work.calls()).toBeLessThan(3);
});
