import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { execa } from 'execa';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readTiff } from '../../src/image/ifd.js';
import { type TiffImage, writePlainTiff, writeTiff } from '../../src/image/tiff-writer.js';
import { testWith } from '../support/requirements.js';
import { workdir } from '../support/workdir.js';

const WIDTH = 7;
const HEIGHT = 5;

/** Pixels that differ everywhere. */
const pixels = (bytesPerPixel: number): Buffer =>
  Buffer.from(Array.from({ length: WIDTH * HEIGHT * bytesPerPixel }, (_, index) => (index * 37) % 251));

const shape = { width: WIDTH, height: HEIGHT };
const images: [string, TiffImage, Buffer][] = [
  [
    'grey',
    { ...shape, samplesPerPixel: 1, bitsPerSample: 8, compression: 'none', strips: [pixels(1)] },
    pixels(1),
  ],
  [
    'RGB',
    { ...shape, samplesPerPixel: 3, bitsPerSample: 8, compression: 'none', strips: [pixels(3)] },
    pixels(3),
  ],
  [
    '16-bit grey',
    { ...shape, samplesPerPixel: 1, bitsPerSample: 16, compression: 'none', strips: [pixels(2)] },
    pixels(2),
  ],
  [
    'RGB in strips of two rows',
    {
      ...shape,
      samplesPerPixel: 3,
      bitsPerSample: 8,
      compression: 'none',
      rowsPerStrip: 2,
      strips: [0, 2, 4].map((row) =>
        pixels(3).subarray(row * WIDTH * 3, Math.min(row + 2, HEIGHT) * WIDTH * 3),
      ),
    },
    pixels(3),
  ],
  [
    'deflated grey',
    {
      ...shape,
      samplesPerPixel: 1,
      bitsPerSample: 8,
      compression: 'deflate',
      strips: [deflateSync(pixels(1))],
    },
    pixels(1),
  ],
];

test('a plain file is the same by the fast way', () => {
  for (const [name, image] of images) {
    if (image.compression !== 'none' || image.strips.length > 1) continue;
    expect(writePlainTiff({ ...image, strip: image.strips[0]! }).equals(writeTiff(image)), name).toBe(true);
  }
});

describe('a TIFF around given strips', () => {
  for (const [what, image, expected] of images) {
    test(`${what}: the same pixels come out of another reader`, async () => {
      const decoder = sharp(writeTiff(image));
      const raw =
        image.bitsPerSample === 16
          ? decoder.toColourspace('grey16').raw({ depth: 'ushort' })
          : image.samplesPerPixel === 1
            ? decoder.toColourspace('b-w').raw()
            : decoder.raw();
      const { data, info } = await raw.toBuffer({ resolveWithObject: true });
      expect([info.width, info.height, info.channels]).toEqual([WIDTH, HEIGHT, image.samplesPerPixel]);
      expect(data.equals(expected)).toBe(true);
    });
  }

  test('the same image gives the same bytes, every value on a word boundary, tags ascending', () => {
    for (const [, image] of images) {
      const file = writeTiff(image);
      expect(file.equals(writeTiff(image))).toBe(true);
      const tags = readTiff(file).pages[0]!.tags;
      expect(tags).toEqual([...tags].sort((a, b) => a - b));
    }
  });

  testWith(['exiftool', 'tiffinfo'], 'exiftool and libtiff find nothing to complain of', async () => {
    const folder = workdir();
    for (const [what, image] of images) {
      const path = join(folder, `${what}.tif`);
      writeFileSync(path, writeTiff(image));
      const { stdout, stderr } = await execa('tiffinfo', ['-D', path]);
      expect(stderr, what).toBe('');
      expect(stdout, what).toContain(`Image Width: ${WIDTH} Image Length: ${HEIGHT}`);
      const validation = await execa('exiftool', ['-validate', '-warning', '-a', path]);
      // exiftool knows no other compressions than those of the Exif standard.
      if (image.compression !== 'deflate') expect(validation.stdout, what).toMatch(/^Validate\s+: OK$/);
    }
  });
});
