import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { COMPRESSIONS, encodeMask, encodeVignette } from '../../src/image/encode-vignette.js';
import type { Pixels } from '../../src/image/pixels.js';
import { noise, readTiffPixels } from '../support/rasters.js';
import { refusalOf } from '../support/refusals.js';
import { testWith } from '../support/requirements.js';
import { workdir } from '../support/workdir.js';

function pixels(width: number, height: number, channels: 1 | 3, depth: 8 | 16 = 8): Pixels {
  return { width, height, channels, depth, data: noise(width, height, channels, depth).data };
}

const kinds: [what: string, channels: 1 | 3, depth: 8 | 16][] = [
  ['8-bit grey', 1, 8],
  ['8-bit RGB', 3, 8],
  ['16-bit grey', 1, 16],
];
const sizes = [[1, 1], [1, 9], [9, 1], [2, 3], [37, 41], [200, 130]] as const; // biome-ignore format: pairs

describe('TIFF holds the pixels, by another reader', () => {
  for (const compression of COMPRESSIONS)
    for (const [what, channels, depth] of kinds) {
      test(`${what}, ${compression}`, async () => {
        for (const [width, height] of sizes) {
          const image = pixels(width, height, channels, depth);
          const bytes = await encodeVignette(image, { format: 'tif', compression, quality: 95 });
          expect(readTiffPixels(bytes)).toEqual({ width, height, channels, bits: depth, data: image.data });
        }
      });

      testWith(
        ['tiffinfo', 'tiffcp'],
        `${what}, ${compression}, as libtiff has it, without a warning`,
        async () => {
          const folder = workdir();
          const image = pixels(37, 41, channels, depth);
          const path = join(folder, 'a.tif');
          writeFileSync(path, await encodeVignette(image, { format: 'tif', compression, quality: 95 }));
          execFileSync('tiffcp', ['-c', 'none', path, join(folder, 'b.tif')], {
            stdio: ['ignore', 'pipe', 'pipe'],
          });
          const told = execFileSync('tiffinfo', ['-s', path], {
            stdio: ['ignore', 'pipe', 'inherit'],
          }).toString();
          expect(told).toMatch(/Image Width: 37 Image Length: 41/);
          expect(told).toMatch(`Bits/Sample: ${depth}`);
          expect(told).toMatch({ none: 'Compression Scheme: None', lzw: 'Compression Scheme: LZW', deflate: 'Compression Scheme: AdobeDeflate' }[compression]); // biome-ignore format: a line
          expect(told).toMatch(channels === 3 ? 'RGB color' : 'min-is-black');
          const copied = readTiffPixels(readFileSync(join(folder, 'b.tif')));
          expect(copied.data.equals(image.data)).toBe(true);
        },
      );
    }
});

describe('PNG holds the pixels', () => {
  for (const [what, channels, depth] of kinds)
    test(what, async () => {
      for (const [width, height] of sizes) {
        const image = pixels(width, height, channels, depth);
        const png = sharp(
          Buffer.from(await encodeVignette(image, { format: 'png', compression: 'none', quality: 95 })),
        );
        expect(await png.metadata()).toMatchObject({ format: 'png', width, height, channels, depth: depth === 16 ? 'ushort' : 'uchar' }); // biome-ignore format: a line
        const space = channels === 3 ? 'srgb' : depth === 16 ? 'grey16' : 'b-w';
        const raw = png.toColourspace(space).raw(depth === 16 ? { depth: 'ushort' } : {});
        expect((await raw.toBuffer()).equals(image.data)).toBe(true);
      }
    });

  test('masks too, in one channel', async () => {
    const mask: Pixels = {
      ...pixels(9, 7, 1),
      data: Buffer.from(noise(9, 7).data.map((value) => (value > 127 ? 255 : 0))),
    };
    const png = sharp(Buffer.from(await encodeMask(mask)));
    expect(await png.metadata()).toMatchObject({ format: 'png', channels: 1, depth: 'uchar' });
    expect((await png.toColourspace('b-w').raw().toBuffer()).equals(mask.data)).toBe(true);
  });
});

describe('JPEG', () => {
  test('comes near the pixels, nearer with more quality, in the channels of the collage', async () => {
    for (const [channels, chromaSubsampling] of [
      [1, undefined],
      [3, '4:4:4'],
    ] as const) {
      // biome-ignore format: pairs
      const image = pixels(64, 64, channels);
      const errors = [];
      for (const quality of [10, 60, 100]) {
        const jpeg = sharp(
          Buffer.from(await encodeVignette(image, { format: 'jpeg', compression: 'none', quality })),
        );
        const told = await jpeg.metadata();
        expect(told).toMatchObject({ format: 'jpeg', width: 64, height: 64, channels });
        if (chromaSubsampling) expect(told.chromaSubsampling).toBe(chromaSubsampling);
        const raw = await jpeg
          .toColourspace(channels === 3 ? 'srgb' : 'b-w')
          .raw()
          .toBuffer();
        errors.push(raw.reduce((sum, value, at) => sum + Math.abs(value - image.data[at]!), 0) / raw.length);
      }
      expect(errors[0]).toBeGreaterThan(errors[1]!);
      expect(errors[1]).toBeGreaterThan(errors[2]!);
      expect(errors[2]).toBeLessThan(2);
    }
  });

  test('cannot hold 16 bits, and says so', async () => {
    const error = await refusalOf(() =>
      encodeVignette(pixels(5, 5, 1, 16), { format: 'jpg', compression: 'none', quality: 95 }),
    );
    expect(error.message).toMatch(/JPEG has 8 bits a sample, and this collage has 16/);
    expect(error.hint).toMatch(/tif or png/);
  });
});

test('the same pixels give the same bytes', async () => {
  const image = pixels(37, 41, 3);
  for (const format of ['tif', 'png', 'jpeg'] as const)
    for (const compression of COMPRESSIONS) {
      const encode = () => encodeVignette(image, { format, compression, quality: 90 });
      expect(Buffer.from(await encode()).equals(Buffer.from(await encode()))).toBe(true);
    }
});
