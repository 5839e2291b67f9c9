import { expect, test } from 'vitest';
import { Random } from '../../src/simulate/random.js';

const many = <T>(draw: (random: Random) => T): T[] => {
  const random = new Random(1);
  return Array.from({ length: 20_000 }, () => draw(random));
};
const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;

test('the same seed gives the same numbers, neighbouring seeds others', () => {
  const drawn = [1, 1, 2].map((seed) => {
    const random = new Random(seed);
    return [random.bits(), random.unit(), random.normal(), random.guid()];
  });
  expect(drawn[1]).toEqual(drawn[0]);
  for (const i of [0, 1, 2, 3]) expect(drawn[2]![i]).not.toBe(drawn[0]![i]);
});

test('numbers keep to their ranges and means', () => {
  const wholes = many((random) => random.whole(3, 5));
  expect(new Set(wholes)).toEqual(new Set([3, 4, 5]));
  expect(mean(many((random) => random.between(2, 4)))).toBeCloseTo(3, 1);
  expect(mean(many((random) => random.count(13)))).toBeCloseTo(13, 0);
  const normal = many((random) => random.normal());
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1);
});

test('choices come as often as they weigh', () => {
  const choices = many((random) =>
    random.weighted([
      [3, 'often'],
      [1, 'seldom'],
    ]),
  );
  expect(choices.filter((choice) => choice === 'often').length / choices.length).toBeCloseTo(0.75, 1);
});

test('guids are upper-case, of version 4, and never come twice', () => {
  const guids = many((random) => random.guid());
  for (const guid of guids)
    expect(guid).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
  expect(new Set(guids).size).toBe(guids.length);
});
