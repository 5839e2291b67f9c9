import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sendInOrder } from '../../src/store/send-in-order.js';
import { collect } from '../support/chunks.js';

async function* numbers(count: number, failAt = Number.POSITIVE_INFINITY) {
  for (let at = 0; at < count; at += 1) {
    if (at === failAt) throw new Error('cut');
    yield at;
  }
}

test('results come in the order of the items, however long each takes', async () => {
  const work = async (item: number) => {
    await sleep((item * 7) % 5);
    return item * 2;
  };
  expect(await collect(sendInOrder(numbers(100), work, { jobs: 8 }))).toEqual(
    Array.from({ length: 100 }, (_, at) => at * 2),
  );
});

test('no more than so many at once, and so many bytes', async () => {
  let [atWork, most, held, mostHeld] = [0, 0, 0, 0];
  const work = async () => {
    atWork += 1;
    held += 10;
    most = Math.max(most, atWork);
    mostHeld = Math.max(mostHeld, held);
    await sleep(1);
    atWork -= 1;
    held -= 10;
  };
  await collect(sendInOrder(numbers(50), work, { jobs: 4 }));
  expect(most).toBe(4);
  mostHeld = 0;
  await collect(sendInOrder(numbers(50), work, { jobs: 100, bytes: 30, sizeOf: () => 10 }));
  expect(mostHeld).toBe(30);
});

test('where the items fail, the results of those before come first, then the failure', async () => {
  const results: number[] = [];
  const work = async (item: number) => {
    await sleep(2);
    return item;
  };
  await expect(async () => {
    for await (const result of sendInOrder(numbers(10, 6), work, { jobs: 3 })) results.push(result);
  }).rejects.toThrow('cut');
  expect(results).toEqual([0, 1, 2, 3, 4, 5]);
});

test('once stopped, what is under way is finished, nothing more begun, though the items never end', async () => {
  const stop = new AbortController();
  const begun: number[] = [];
  async function* slow() {
    yield 0;
    yield 1;
    await new Promise(() => {});
  }
  const work = async (item: number) => {
    begun.push(item);
    await sleep(5);
    if (item === 1) stop.abort();
    return item;
  };
  expect(await collect(sendInOrder(slow(), work, { jobs: 4, stop: stop.signal }))).toEqual([0, 1]);
  expect(begun).toEqual([0, 1]);
});

test('a first item that takes long does not hold up the others', async () => {
  let release = () => {};
  const first = new Promise<void>((resolve) => {
    release = resolve;
  });
  let done = 0;
  const work = async (item: number) => {
    if (item === 0) await first;
    done += 1;
    if (done === 99) release();
    return item;
  };
  expect(await collect(sendInOrder(numbers(100), work, { jobs: 2 }))).toHaveLength(100);
});
