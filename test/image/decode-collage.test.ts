import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeCollage } from '../../src/image/decode-collage.js';
import { noise, type Raster, readTiffPixels, writeTiffBytes } from '../support/rasters.js';
import { refusalOf } from '../support/refusals.js';
import { testWith } from '../support/requirements.js';
import { workdir } from '../support/workdir.js';

function fileOf(bytes: Uint8Array): string {
  const path = join(workdir(), 'collage.tif');
  writeFileSync(path, bytes);
  return path;
}

const rasters: [what: string, raster: Raster][] = [
  ['8-bit grey', noise(61, 47)],
  ['8-bit RGB', noise(61, 47, 3)],
  ['16-bit grey', noise(61, 47, 1, 16)],
];

describe('pixels come out exactly as they went in', () => {
  for (const [what, raster] of rasters) {
    const { width, height, channels, bits: depth, data } = raster;
    test(`${what}, uncompressed, in strips of every height`, async () => {
      for (const rowsPerStrip of [1, 2, 5, 46, 47, 100])
        expect(await decodeCollage(fileOf(writeTiffBytes(raster, {}, { rowsPerStrip })))).toEqual({ width, height, channels, depth, data }); // biome-ignore format: a line
    });

    const packings = ['none', 'lzw', 'lzw:2', 'zip', 'zip:2'];
    for (const order of ['-L', '-B'])
      testWith(
        ['tiffcp'],
        `${what}, as libtiff packs it, ${order === '-L' ? 'little' : 'big'}-endian`,
        async () => {
          const path = fileOf(writeTiffBytes(raster));
          for (const packing of packings) {
            execFileSync('tiffcp', [order, '-c', packing, '-r', '7', path, `${path}.2`]);
            expect((await decodeCollage(`${path}.2`)).data.equals(data), packing).toBe(true);
          }
        },
      );
  }

  test('whatever colour profile is in the file', async () => {
    for (const profile of ['p3', 'srgb'])
      for (const channels of [1, 3] as const) {
        const { data, width, height } = noise(20, 20, channels);
        const image = sharp(data, { raw: { width, height, channels } });
        if (channels === 1) image.toColourspace('b-w');
        const bytes = await image.withIccProfile(profile).tiff({ compression: 'none' }).toBuffer();
        // What a reader sees that knows nothing of colours.
        const stored = readTiffPixels(bytes);
        const decoded = await decodeCollage(fileOf(bytes));
        expect(decoded.channels).toBe(stored.channels);
        expect(decoded.data.equals(stored.data), `${profile} ${channels}`).toBe(true);
      }
  });
});

describe('a collage that is cut or holed is never half an image', () => {
  for (const packing of ['none', 'lzw:2', 'zip'])
    testWith(['tiffcp'], `packed with ${packing}, cut at every kind of place`, async () => {
      const path = fileOf(writeTiffBytes(noise(64, 64, 3)));
      execFileSync('tiffcp', ['-c', packing, '-r', '4', path, `${path}.2`]);
      const bytes = readFileSync(`${path}.2`);
      for (let cut = 1; cut < bytes.length; cut = Math.ceil(cut * 1.5)) {
        writeFileSync(path, bytes.subarray(0, bytes.length - cut));
        expect((await refusalOf(() => decodeCollage(path))).file).toBe(path);
      }
    });

  for (const packing of ['lzw:2', 'zip'])
    testWith(['tiffcp'], `packed with ${packing}, with zeros where a strip should be`, async () => {
      const path = fileOf(writeTiffBytes(noise(64, 64, 3)));
      execFileSync('tiffcp', ['-c', packing, '-r', '4', path, `${path}.2`]);
      const bytes = readFileSync(`${path}.2`);
      bytes.fill(0, 2000, 3500);
      writeFileSync(path, bytes);
      expect((await refusalOf(() => decodeCollage(path))).message).toMatch(/cannot be decoded/);
    });
});

describe('what is no file with a collage is refused with its path', () => {
  test('a folder, a FIFO, an empty file, nothing', async () => {
    const folder = workdir();
    mkdirSync(join(folder, 'folder.tif'));
    execFileSync('mkfifo', [join(folder, 'fifo.tif')]);
    writeFileSync(join(folder, 'empty.tif'), '');
    for (const [name, words] of [
      ['folder.tif', /no plain file/],
      ['fifo.tif', /no plain file/],
      ['empty.tif', /not a TIFF/],
      ['none.tif', /no such file/],
    ] as const) {
      // biome-ignore format: pairs
      const error = await refusalOf(() => decodeCollage(join(folder, name)));
      expect(error.file).toBe(join(folder, name));
      expect(error.message).toMatch(words);
    }
  });
});
