import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/errors.js';
import { numberOf, numbersOf, readTiff, textOf } from '../../src/image/ifd.js';

/** A TIFF structure put together by hand: `entries` are [tag, type, count, value or offset]. */
function tiff(littleEndian: boolean, entries: number[][], { next = 0, tail = Buffer.alloc(0) } = {}): Buffer {
  const bytes = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  const short = (value: number, at: number) =>
    littleEndian ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const long = (value: number, at: number) =>
    littleEndian ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  bytes.write(littleEndian ? 'II' : 'MM', 'latin1');
  short(42, 2);
  long(8, 4);
  short(entries.length, 8);
  entries.forEach(([tag, type, count, value], index) => {
    const at = 10 + index * 12;
    short(tag!, at);
    short(type!, at + 2);
    long(count!, at + 4);
    if (type === 3 && count === 1) short(value!, at + 8);
    else long(value!, at + 8);
  });
  long(next, bytes.length - 4);
  return Buffer.concat([bytes, tail]);
}

describe('a directory is read in both byte orders', () => {
  for (const littleEndian of [true, false]) {
    test(littleEndian ? 'little-endian' : 'big-endian', () => {
      const tail = Buffer.alloc(16);
      [7, 2].forEach((part, index) => {
        if (littleEndian) tail.writeUInt32LE(part, index * 4);
        else tail.writeUInt32BE(part, index * 4);
      });
      tail.write('text\0', 8, 'latin1');
      const at = 8 + 2 + 4 * 12 + 4;
      const entries = [
        [256, 3, 1, 640],
        [257, 4, 1, 480],
        [270, 2, 5, at + 8],
        [282, 5, 1, at],
      ];
      const { pages } = readTiff(tiff(littleEndian, entries, { tail }));
      expect(pages).toHaveLength(1);
      expect(numberOf(pages[0]!, 256)).toBe(640);
      expect(numberOf(pages[0]!, 257)).toBe(480);
      expect(numbersOf(pages[0]!.get(282)!)).toEqual([3.5]);
      expect(textOf(pages[0]!.get(270)!)).toBe('text');
      expect(numberOf(pages[0]!, 999)).toBeUndefined();
    });
  }
});

describe('what is broken or hostile is refused in a word', () => {
  const refused: [string, Buffer, RegExp][] = [
    ['nothing', Buffer.alloc(0), /not a TIFF/],
    ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /not a TIFF/],
    ['a BigTIFF', Buffer.from('II\x2b\0\x08\0\0\0', 'latin1'), /BigTIFF/],
    ['no directory', Buffer.from('II\x2a\0\0\0\0\0', 'latin1'), /without a directory/],
    ['a directory beyond the end', Buffer.from('II\x2a\0\xff\0\0\0', 'latin1'), /beyond the end.*255/],
    ['a directory that is cut', tiff(true, [[256, 3, 1, 1]]).subarray(0, 18), /runs beyond the end/],
    ['a value beyond the end', tiff(true, [[282, 5, 1, 4000]]), /tag 282 lies beyond the end, at byte 4000/],
    ['a value of 34 GB', tiff(true, [[282, 5, 0xffffffff, 8]]), /tag 282 lies beyond the end/],
    ['an unknown type', tiff(true, [[256, 99, 1, 1]]), /tag 256 has the unknown type 99/],
    [
      'a tag twice',
      tiff(true, [
        [256, 3, 1, 1],
        [256, 3, 1, 2],
      ]),
      /tag 256 is there twice/,
    ],
    ['a circle', tiff(true, [[256, 3, 1, 1]], { next: 8 }), /circle/],
  ];
  for (const [what, bytes, message] of refused) {
    test(what, () => {
      expect(() => readTiff(bytes, { file: 'x.tif' })).toThrow(message);
      expect(() => readTiff(bytes, { file: 'x.tif' })).toThrow(ToolError);
    });
  }

  test('directories that lie over each other, each with all the tags it can', () => {
    // 1,000 chained directories, two bytes apart, each of some hundred entries of type BYTE, count 0.
    const bytes = Buffer.alloc(64 * 1024, 1);
    bytes.write('II\x2a\0\x08\0\0\0', 'latin1');
    expect(() => readTiff(bytes)).toThrow(ToolError);
  });

  test('any bytes after a good header: an answer or an error of ours', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, littleEndian) => {
        const header = Buffer.from(littleEndian ? 'II\x2a\0\x08\0\0\0' : 'MM\0\x2a\0\0\0\x08', 'latin1');
        // Few entries, so that some of the noise passes for a directory.
        const bytes = Buffer.concat([
          header,
          littleEndian ? Buffer.from([3, 0]) : Buffer.from([0, 3]),
          noise,
        ]);
        try {
          for (const page of readTiff(bytes).pages) for (const field of page.fields) numbersOf(field);
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
