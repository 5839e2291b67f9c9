import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { mapInOrder } from '../../src/streams/map-in-order.js';
import { collect } from '../support/chunks.js';

async function* numbers(count: number, onTake: (n: number) => void = () => {}) {
  for (let n = 0; n < count; n += 1) {
    onTake(n);
    yield n;
  }
}

describe('results come in the order of the items', () => {
  test('though the first takes longest', async () => {
    const slowFirst = async (n: number) => {
      await wait(n === 0 ? 50 : 0);
      return n * 2;
    };
    for (const width of [1, 2, 4, 100])
      expect(await collect(mapInOrder(numbers(20), width, slowFirst))).toEqual(
        Array.from({ length: 20 }, (_, n) => n * 2),
      );
  });

  test('no more than the width at work or waiting at any time', async () => {
    let [working, most, taken, given] = [0, 0, 0, 0];
    const work = async (n: number) => {
      working += 1;
      most = Math.max(most, working);
      await wait(1);
      working -= 1;
      return n;
    };
    for await (const _ of mapInOrder(
      numbers(30, () => (taken += 1)),
      3,
      work,
    )) {
      given += 1;
      expect(taken - given).toBeLessThanOrEqual(3);
    }
    expect(most).toBe(3);
  });
});

describe('a failure', () => {
  test('comes in its turn, after the results before it', async () => {
    const seen: number[] = [];
    const work = async (n: number) => {
      if (n === 2) throw new Error('two');
      await wait(5);
      return n;
    };
    await expect(async () => {
      for await (const n of mapInOrder(numbers(10), 4, work)) seen.push(n);
    }).rejects.toThrow('two');
    expect(seen).toEqual([0, 1]);
  });

  test('waits for what is at work, so that nothing goes on behind', async () => {
    let working = 0;
    const work = async (n: number) => {
      if (n === 0) throw new Error('zero');
      working += 1;
      await wait(10);
      working -= 1;
    };
    await expect(collect(mapInOrder(numbers(10), 4, work))).rejects.toThrow('zero');
    expect(working).toBe(0);
  });

  test('of the source ends all', async () => {
    async function* broken() {
      yield 1;
      throw new Error('source');
    }
    await expect(collect(mapInOrder(broken(), 4, async (n) => n))).rejects.toThrow('source');
  });
});

test('a reader that leaves ends the source', async () => {
  let ended = false;
  async function* endless() {
    try {
      for (let n = 0; ; n += 1) yield n;
    } finally {
      ended = true;
    }
  }
  for await (const n of mapInOrder(endless(), 4, async (n) => n)) if (n === 3) break;
  expect(ended).toBe(true);
});
