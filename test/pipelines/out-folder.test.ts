import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { safeName } from '../../src/pipeline/out-folder.js';

const digest = (name: string) => createHash('sha256').update(name).digest('hex').slice(0, 8);

test.each(['19_10_Tank25_blanksremoved', 'a', '-', '7-Pygsuia-SF'])('%s is a safe name', (name) => {
  expect(safeName(name)).toBe(name);
});

test.each([
  ['54.0143_-2.7770', '54-0143_-2-7770'],
  ['$(shell touch X)', '--shell-touch-X-'],
  ['é🦐\n', '---'],
])('%j becomes its slug and eight digits of its digest', (name, slug) => {
  expect(safeName(name)).toBe(`${slug}-${digest(name)}`);
});

test('names that differ in what a slug drops do not share a folder, nor do names of 255 bytes', () => {
  expect(safeName('a.b')).not.toBe(safeName('a b'));
  const [one, two] = [`${'x'.repeat(254)}1`, `${'x'.repeat(254)}2`];
  expect(safeName(one)).not.toBe(safeName(two));
  expect(Buffer.byteLength(safeName(one))).toBeLessThan(230);
});
