import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeKey, keyFault, keyPrefix } from '../../src/store/object-key.js';

test.each([
  ['', ''],
  ['a', 'a/'],
  ['a/', 'a/'],
  ['a/b', 'a/b/'],
])('the prefix %j stands before names as %j', (typed, prefix) => {
  expect(keyPrefix(typed)).toBe(prefix);
});

describe('a key', () => {
  test.each(['a', 'a/b.tif', '..a', 'a..', '...', 'é', ' ', '%2e%2e', 'a\\..\\b', 'x'.repeat(1024)])(
    'may be %j',
    (key) => {
      expect(keyFault(key)).toBeUndefined();
    },
  );

  test.each([
    ['', /empty/],
    ['/a', /empty/],
    ['a//b', /empty/],
    ['a/', /empty/],
    ['.', /"\."/],
    ['a/./b', /"\."/],
    ['a/../b', /"\.\."/],
    ['..', /"\.\."/],
    ['a\nb', /control character/],
    ['a\u0000', /control character/],
    ['a\u009b', /control character/],
    ['a\ufffd', /not UTF-8/],
    [`${'é'.repeat(512)}a`, /has 1025 bytes/],
  ])('may not be %j', (key, words) => {
    expect(keyFault(key)).toMatch(words);
  });
});

test('stands in a URL so that it is read back as it is, and nothing resolves it', () => {
  const segment = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => keyFault(text) === undefined);
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
      const path = `/bucket/${encodeKey(segments.join('/'))}`;
      expect(path).toMatch(/^[A-Za-z0-9\-._~%/]+$/);
      expect(decodeURIComponent(path)).toBe(`/bucket/${segments.join('/')}`);
    }),
  );
});
