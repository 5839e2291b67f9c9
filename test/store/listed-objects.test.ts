import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ListedObjects } from '../../src/store/listed-objects.js';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

test('remembers size and MD5 of every key, beyond all its first limits', () => {
  const listed = new ListedObjects();
  for (let at = 0; at < 50_000; at += 1)
    listed.add({ key: `run_${at}.tif`, size: at, etag: md5(String(at)) });
  const wrong: number[] = [];
  for (let at = 0; at < 50_000; at += 1) {
    const remembered = listed.get(`run_${at}.tif`);
    if (remembered?.size !== at || remembered.md5 !== md5(String(at))) wrong.push(at);
  }
  expect(wrong).toEqual([]);
  expect(listed.get('run_50000.tif')).toBeUndefined();
});

test('a key that is listed again has what was said last', () => {
  const listed = new ListedObjects();
  listed.add({ key: 'a', size: 1, etag: md5('1') });
  listed.add({ key: 'a', size: 2, etag: md5('2') });
  expect(listed.get('a')).toEqual({ size: 2, md5: md5('2') });
});

test.each([`${md5('x')}-2`, 'not-hex', ''])('an ETag that is no MD5 (%j) is remembered as none', (etag) => {
  const listed = new ListedObjects();
  listed.add({ key: 'a', size: 1, etag });
  expect(listed.get('a')).toEqual({ size: 1, md5: undefined });
});

test('sizes beyond 4 GiB are told from those of vignettes', () => {
  const listed = new ListedObjects();
  listed.add({ key: 'a', size: 2 ** 32 + 5, etag: md5('x') });
  expect(listed.get('a')!.size).toBeGreaterThan(2 ** 31);
});
