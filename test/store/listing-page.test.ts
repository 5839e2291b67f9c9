import { expect, test } from 'vitest';
import { readListing } from '../../src/store/listing-page.js';
import { StoreFault } from '../../src/store/store-fault.js';

const page = (inside: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</ListBucketResult>`;

const entry = (key: string, etag = '&quot;0a&quot;') =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-22T14:56:19.944Z</LastModified><ETag>${etag}</ETag><Size>3000</Size></Contents>`;

test('reads keys, sizes, ETags and where the next page begins', () => {
  const xml = page(
    `<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>${entry('pre%2Frun_0.tif')}${entry('a+b%2Bc', '"0b"')}<NextContinuationToken>a&amp;b</NextContinuationToken>`,
  );
  expect(readListing(xml)).toEqual({
    objects: [
      { key: 'pre/run_0.tif', size: 3000, etag: '0a' },
      { key: 'a b+c', size: 3000, etag: '0b' },
    ],
    next: 'a&b',
  });
});

test('reads keys of stores that do not encode them', () => {
  const xml = page(`<IsTruncated>false</IsTruncated>${entry('a+b&amp;&lt;%20&#233;&#x1F990;')}`);
  expect(readListing(xml)).toEqual({
    objects: [{ key: 'a+b&<%20é🦐', size: 3000, etag: '0a' }],
    next: undefined,
  });
});

test('a key that is not encoded as it should be stays as it is', () => {
  const xml = page(`<EncodingType>url</EncodingType>${entry('100%')}${entry('%ff')}${entry('b')}`);
  expect(readListing(xml).objects.map(({ key }) => key)).toEqual(['100%', '%ff', 'b']);
});

test('an empty page is one', () => {
  expect(readListing(page('<KeyCount>0</KeyCount>'))).toEqual({ objects: [], next: undefined });
});

test.each(['', '<html>Welcome</html>', '{}'])('%j is no listing', (text) => {
  expect(() => readListing(text)).toThrow(StoreFault);
});
