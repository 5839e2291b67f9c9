import { join, normalize } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileSegments } from '../../src/s3-endpoint/file-names.js';

const pathOf = (key: string) => fileSegments(key).join('/');

test.each([
  ['tank25/run_1.tif', 'tank25/run_1.tif'],
  ['MESO_54.0143_-2.7770_04052023_1/run (2)_0.tif', 'MESO_54.0143_-2.7770_04052023_1/run (2)_0.tif'],
  ['a', 'a%'],
  ['a/b', 'a/b%'],
  ['run.tif/mask.png', 'run.tif%/mask.png'],
  ['é%2e.png', '%C3%A9%252e.png'],
  ['../../etc/passwd', '%2E./%2E./etc/passwd%'],
  ['.env', '%2Eenv%'],
  ['/a//b/', '%_/a/%_/b/%_%'],
])('the object %s lies in the file %s', (key, path) => {
  expect(pathOf(key)).toBe(path);
});

const key = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc
    .array(fc.constantFrom('.', '..', '', '%', 'a', 'a.tif', '%2E', '~', '\\', '\0', 'x'.repeat(400)), {
      minLength: 1,
      maxLength: 5,
    })
    .map((segments) => segments.join('/')),
);

test('no key leads out of the folder, to a hidden file or past the length of a file name', () => {
  fc.assert(
    fc.property(key, (key) => {
      const path = join('/data', pathOf(key));
      expect(path).toBe(normalize(`/data/${pathOf(key)}`));
      expect(path).toMatch(/^(\/[A-Za-z0-9_,=@+~ ()%-][A-Za-z0-9_,=@+~ ().%-]{0,200})+$/);
    }),
    { numRuns: 2000 },
  );
});

test('no two keys share a file, and no key has a file where another needs a folder', () => {
  fc.assert(
    fc.property(key, key, (one, other) => {
      fc.pre(one !== other);
      expect(`${pathOf(one)}/`.startsWith(`${pathOf(other)}/`)).toBe(false);
    }),
    { numRuns: 5000 },
  );
});
