import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_TEMPLATE, nameMaker, slugOf } from '../../src/flowcam/vignette-name.js';
import { refusalOf } from '../support/refusals.js';

const record = { run: 'Tank 25_54.0143_-2.7770', index: 7, id: 8, cal_const: 9.25, image_id: 'AB-CD' };
const named = (template: string, number = 3) => nameMaker(template)(record, number);

test('fields of the record, the number in the stream, and text as it stands', () => {
  expect(named(DEFAULT_TEMPLATE)).toBe('Tank 25_54.0143_-2.7770_7');
  expect(named('{run:slug}_{index}')).toBe('Tank-25_54-0143_-2-7770_7');
  expect(named('{image_id}')).toBe('AB-CD');
  expect(named('x{number}-{id}-{cal_const}')).toBe('x3-8-9.25');
  expect(named('{number}', 0)).toBe('0');
  expect(nameMaker('{number}')({ number: 'own' }, 5)).toBe('own');
});

test('a slug is letters, digits, _ and - alone, one for each character', () => {
  expect(slugOf('é 𝄞.a_b-C')).toBe('----a_b-C');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => /^[A-Za-z0-9_-]*$/.test(slugOf(text))));
});

describe('a template that is none is a usage error', () => {
  for (const template of ['{', '}', '{}', '{a', 'a}', '{{a}}', '{a:b}', '{:slug}', '{a{b}}', '{run}}'])
    test(template, async () => {
      const error = await refusalOf(() => nameMaker(template));
      expect(error.kind).toBe('usage');
      expect(error.message).toContain(template);
    });
});

describe('a name that cannot be is refused', () => {
  const cases: [what: string, value: string, words: RegExp][] = [
    ['an empty one', '', /is empty/],
    ['one beyond 200 bytes', 'é'.repeat(101), /longer than 200 bytes/],
    ['a path', 'a/b', /is a path/],
    ['a way out', '../x', /is a path/],
    ['a path of Windows', 'a\\b', /is a path/],
    ['one with a line break', 'a\nb', /control character/],
    ['one with an escape', 'a\u001b[2J', /control character/],
    ['one with a NUL', 'a\0b', /control character/],
    ['one that is not seen', '.a', /starts with a dot/],
    ['the folder itself', '.', /starts with a dot/],
    ['one that looks like a mask', 'a.mask', /as the names of masks do/],
    ['one whose letters are no text', 'a\ud800', /is no text/],
  ];
  for (const [what, value, words] of cases)
    test(what, () => {
      expect(() => nameMaker('{value}')({ value }, 0)).toThrow(words);
    });

  test('of a field that the record lacks, or that is no text', () => {
    for (const value of [undefined, null, {}, [], true])
      expect(() => nameMaker('{value}')({ value }, 0)).toThrow(/no field value/);
    expect(() => nameMaker('{constructor}')({}, 0)).toThrow(/no field constructor/);
  });

  test('200 bytes are fine', () => {
    expect(nameMaker('{value}')({ value: 'é'.repeat(100) }, 0)).toBe('é'.repeat(100));
  });
});

test('whatever the fields hold, a name is a file name in its folder or an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      let name: string;
      try {
        name = nameMaker('{value}')({ value }, 0);
      } catch {
        return;
      }
      expect(name).not.toMatch(/[/\\\0-\x1f\x7f]/);
      expect(['.', '..', '']).not.toContain(name);
      expect(Buffer.from(name).toString()).toBe(name);
    }),
    { numRuns: 1000 },
  );
});
