import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NameSet } from '../../src/streams/name-set.js';

test('says of any names what a Set says', () => {
  const name = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.nat(1000).map((n) => `run_${n}`),
  );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 2000, size: 'max' }), (names) => {
      const [ours, theirs] = [new NameSet(), new Set<string>()];
      const answers = names.map((one) => ours.add(one));
      const expected = names.map((one) => !theirs.has(one) && theirs.add(one) !== undefined);
      expect(answers).toEqual(expected);
      expect(ours.size).toBe(theirs.size);
    }),
    { numRuns: 20 },
  );
});

test('remembers 20,000 names through all its growing', () => {
  const set = new NameSet();
  for (let at = 0; at < 20_000; at += 1) if (!set.add(`run_${at}`)) throw new Error(`run_${at} is new`);
  for (let at = 0; at < 20_000; at += 1) if (set.add(`run_${at}`)) throw new Error(`run_${at} is known`);
  expect(set.size).toBe(20_000);
});
