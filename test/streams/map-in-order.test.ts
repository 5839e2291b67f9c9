import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { mapInOrder } from '../../src/streams/map-in-order.js';

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('results come in the order of the items', () => {
  test('though the first takes longest', async () => {
    const slowFirst = async (n: number) => {
      await wait(n === 0 ? 50 : 0);
      return n * 2;
    };
    for (const width of [1, 2, 4, 100])
      expect(await mapInOrder(numbers(20), width, slowFirst)).toEqual(numbers(20).map((n) => n * 2));
  });

  test('though some are there at once', async () => {
    const work = (n: number) => (n % 3 === 0 ? n : wait(n % 2, n));
    expect(await mapInOrder(numbers(20), 4, work)).toEqual(numbers(20));
  });

  test('no more than the width at work at any time', async () => {
    let [working, most] = [0, 0];
    await mapInOrder(numbers(30), 3, async () => {
      working += 1;
      most = Math.max(most, working);
      await wait(1);
      working -= 1;
    });
    expect(most).toBe(3);
  });

  test('none of none', async () => {
    expect(await mapInOrder([], 4, wait)).toEqual([]);
  });
});

describe('a failure', () => {
  test('ends the work: nothing is begun after it, and what is at work is waited for', async () => {
    let [begun, working] = [0, 0];
    const work = async (n: number) => {
      begun += 1;
      if (n === 2) throw new Error('two');
      working += 1;
      await wait(10);
      working -= 1;
    };
    await expect(mapInOrder(numbers(100), 4, work)).rejects.toThrow('two');
    expect({ begun, working }).toEqual({ begun: 4, working: 0 });
  });

  test('is one where nothing is waited for, too', async () => {
    const work = (n: number) => {
      if (n === 2) throw new Error('two');
      return n;
    };
    await expect(mapInOrder(numbers(5), 2, work)).rejects.toThrow('two');
  });
});
