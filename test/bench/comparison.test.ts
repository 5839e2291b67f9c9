import { expect, test } from 'vitest';
import { type Comparison, compare, type Row, type Sample } from '../../bench/comparison.js';
import { memoryOf, perSecond, seconds } from '../../bench/figures.js';
import { atLeast, atMost, flat } from '../../bench/goals.js';
import { resultOf, tableOf } from '../../bench/table.js';

const took = (time: number, memory: Record<string, number> = {}): Sample => ({
  seconds: time,
  cpu: time,
  memory,
});
const row: Row = {
  work: 'ours',
  against: 'theirs',
  ours: 'ours',
  theirs: 'theirs',
  figure: seconds,
  goal: atMost(3, 2),
};
const pairs = (ours: Sample[], theirs: Sample[]) =>
  ours.map((one, at) => ({ ours: one, theirs: theirs[at]! }));

const comparison = (contestants: Awaited<ReturnType<Comparison['prepare']>>): Comparison => ({
  name: 'a',
  rounds: 3,
  seconds: 60,
  rows: [row],
  prepare: async () => contestants,
});

test('contestants take turns, and the warm-up does not count', async () => {
  const turns: string[] = [];
  const contestant = (name: string) => async () => took(turns.push(name));
  const [outcome] = await compare(
    { ...comparison({ ours: contestant('ours'), theirs: contestant('theirs') }), warmUp: true },
    () => {},
  );
  expect(turns).toEqual(['ours', 'theirs', 'ours', 'theirs', 'ours', 'theirs', 'ours', 'theirs']);
  expect(outcome!.pairs).toEqual(pairs([took(3), took(5), took(7)], [took(4), took(6), took(8)]));
});

test('a comparison ends when its time is over, but not before a first round', async () => {
  const contestants = { ours: async () => took(1), theirs: async () => took(1) };
  const [outcome] = await compare({ ...comparison(contestants), seconds: 0 }, () => {});
  expect(outcome!.pairs).toHaveLength(1);
});

test('what cannot be measured is left out with its reason, and the rest goes on', async () => {
  const contestants = {
    ours: async () => took(2),
    theirs: async () => took(1),
    missing: async () => {
      throw new Error('rclone is not installed');
    },
  };
  const rows = [{ ...row, theirs: 'missing' }, row];
  const [without, measured] = (await compare({ ...comparison(contestants), rows }, () => {})).map(resultOf);
  expect(without).toEqual({
    work: 'ours',
    against: 'theirs',
    goal: '≤ 3, then ≤ 2',
    leftOut: 'rclone is not installed',
  });
  expect(measured).toMatchObject({ ratio: 2, met: true });
  expect(tableOf([without!])).toContain('| left out: rclone is not installed |');
});

test('contestants that did different work are not compared', async () => {
  const contestants = { ours: async () => took(2), theirs: async () => took(1) };
  const check = async () => {
    throw new Error('the archives differ');
  };
  const [outcome] = await compare({ ...comparison(contestants), check }, () => {});
  expect(outcome).toEqual({ row, pairs: [], leftOut: 'the archives differ' });
});

test('the ratio is the median of the rounds, the spread their least and greatest', () => {
  const result = resultOf({ row, pairs: pairs([took(2), took(9), took(5)], [took(1), took(1), took(2)]) });
  expect(result).toMatchObject({ ratio: 2.5, spread: [2, 9], rounds: 3, met: true, aimMet: false });
  expect(tableOf([result])).toContain(
    '| 5.00 s | 1.00 s | **2.5** | 2–9 (3) | ≤ 3, then ≤ 2 | yes, the first |',
  );
});

test('where the best counts, the best of each is compared', () => {
  const samples = pairs([took(2), took(9), took(5)], [took(3), took(1), took(2)]);
  expect(resultOf({ row: { ...row, best: true }, pairs: samples })).toMatchObject({ ratio: 2, rounds: 3 });
});

test('work that is done ten times is compared with ten times the time', () => {
  const result = resultOf({ row: { ...row, theirsTimes: 10 }, pairs: pairs([took(11)], [took(1)]) });
  expect(result).toMatchObject({ ratio: 1.1, theirs: '10.00 s' });
});

test('more in a second is better', () => {
  const objects = { ...row, figure: perSecond(100), goal: atLeast(1.5) };
  expect(resultOf({ row: objects, pairs: pairs([took(1)], [took(2)]) })).toMatchObject({
    ratio: 2,
    met: true,
  });
  expect(resultOf({ row: objects, pairs: pairs([took(2)], [took(2)]) })).toMatchObject({
    ratio: 1,
    met: false,
  });
});

test('memory may grow by 15 % and 64 bytes a particle, up to 300 MB', () => {
  const met = (many: number, few: number) =>
    resultOf({
      row: { ...row, figure: memoryOf('fc-exif'), goal: flat(1_000_000) },
      pairs: pairs([took(1, { 'fc-exif': many })], [took(1, { 'fc-exif': few })]),
    }).met;
  expect(met(178e6, 100e6)).toBe(true);
  expect(met(180e6, 100e6)).toBe(false);
  expect(met(301e6, 290e6)).toBe(false);
});
