/** What vignettes can be made into: formats, packings, one channel, masks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { entriesOf } from '../support/archives.js';
import { decollage } from '../support/calls.js';
import type { Row } from '../support/lists.js';
import { type Outcome, shell } from '../support/programs.js';
import { cropOf, greyNoise, noise, type Raster, readTiffPixels, writeTiffBytes } from '../support/rasters.js';
import { expectRefusal } from '../support/refusals.js';
import { testWith } from '../support/requirements.js';
import { fourRows, runFolder } from '../support/run-folders.js';
import { workdir } from '../support/workdir.js';

/** A run of four particles on this collage, and perhaps a mask collage. */
const folderOf = (collage: Raster, mask?: Raster) =>
  runFolder({
    files: {
      'run_000001.tif': writeTiffBytes(collage),
      ...(mask && { 'run_000001_bin.tif': writeTiffBytes(mask) }),
    },
  });

const imagesOf = async ({ stdout }: Outcome, extension: string) =>
  (await entriesOf(stdout)).filter(({ name }) => name.endsWith(extension));

const placeOf = (row: Row) => ({ image_x: Number(row.image_x), image_y: 0, image_w: 4, image_h: 3 });

const colour = noise(24, 8, 3);
const mono = greyNoise(24, 8);
const deep = noise(24, 8, 1, 16);
const plain = noise(24, 8);
const zeroOrOne = (raster: Raster): Raster => ({
  ...raster,
  data: Buffer.from(raster.data.map((v) => (v > 127 ? 255 : 0))),
});

describe('the format of vignettes', () => {
  for (const compression of ['none', 'deflate', 'lzw'])
    for (const [what, raster] of [['colour', colour], ['grey', plain], ['16-bit grey', deep]] as const) // biome-ignore format: pairs
      test(`TIFF, ${compression}, of ${what}, holds the pixels`, async () => {
        const images = await imagesOf(
          await decollage(folderOf(raster), '--compression', compression),
          '.tif',
        );
        for (const [at, row] of fourRows.entries())
          expect(readTiffPixels(images[at]!.bytes)).toEqual(cropOf(raster, placeOf(row)));
      });

  testWith(['tiffinfo'], 'TIFF satisfies libtiff without a warning', async () => {
    for (const compression of ['none', 'deflate', 'lzw']) {
      const folder = workdir();
      const { status } = await decollage(
        folderOf(colour),
        '--compression',
        compression,
        '--output-directory',
        folder,
      );
      expect(status).toBe(0);
      const { stdout, stderr } = await shell('tiffinfo -D *.tif', { cwd: folder });
      expect(stderr).toBe('');
      const scheme = { none: 'None', deflate: 'AdobeDeflate', lzw: 'LZW' }[compression];
      expect(stdout.toString().match(new RegExp(`Compression Scheme: ${scheme}`, 'g'))).toHaveLength(4);
    }
  });

  test('PNG holds the pixels, of 16 bits too', async () => {
    for (const raster of [colour, plain, deep]) {
      const images = await imagesOf(await decollage(folderOf(raster), '--format', 'png'), '.png');
      for (const [at, row] of fourRows.entries()) {
        const image = sharp(images[at]!.bytes);
        expect((await image.metadata()).depth).toBe(raster.bits === 16 ? 'ushort' : 'uchar');
        const space = raster.channels === 3 ? 'srgb' : raster.bits === 16 ? 'grey16' : 'b-w';
        const pixels = await image
          .toColourspace(space)
          .raw(raster.bits === 16 ? { depth: 'ushort' } : {})
          .toBuffer();
        expect(pixels.equals(cropOf(raster, placeOf(row)).data)).toBe(true);
      }
    }
  });

  test('JPEG is named as it was asked for, comes near, and is said to be lossy', async () => {
    for (const format of ['jpeg', 'jpg']) {
      const outcome = await decollage(folderOf(colour), '--format', format, '--quality', '100');
      expect(outcome.stderr).toMatch(/JPEG is lossy: pixels are not exactly those of the collage/);
      const images = await imagesOf(outcome, `.${format}`);
      expect(images).toHaveLength(4);
      const { data, info } = await sharp(images[0]!.bytes).raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height, info.channels]).toEqual([4, 3, 3]);
      const due = cropOf(colour, placeOf(fourRows[0]!)).data;
      for (const [at, value] of data.entries()) expect(Math.abs(value - due[at]!)).toBeLessThan(16);
    }
  });

  test('--quality makes JPEG smaller', async () => {
    const size = async (quality: string) => (await imagesOf(await decollage(folderOf(colour), '--format', 'jpg', '--quality', quality), '.jpg'))[0]!.bytes.length; // biome-ignore format: a line
    expect(await size('5')).toBeLessThan(await size('100'));
  });

  test('16 bits do not go into JPEG: an error with line, particle and way out', async () => {
    expectRefusal(await decollage(folderOf(deep), '--format', 'jpeg', '--quiet'), 3, /stdin:1: particle 0 of run: JPEG has 8 bits a sample, and this collage has 16 \(use --format tif or png\)/); // biome-ignore format: a line
  });

  test('the same records give the same bytes, again and with other --jobs', async () => {
    const folder = folderOf(colour);
    for (const args of [
      ['--compression', 'lzw'],
      ['--format', 'png'],
      ['--format', 'jpeg', '--quality', '80'],
    ]) {
      const { stdout } = await decollage(folder, ...args);
      expect((await decollage(folder, ...args, '--jobs', '1')).stdout.equals(stdout)).toBe(true);
    }
  });
});

describe('--grey', () => {
  test('keeps one channel of three equal ones, in every format', async () => {
    for (const format of ['tif', 'png', 'jpg']) {
      const images = await imagesOf(
        await decollage(folderOf(mono), '--grey', '--format', format),
        `.${format}`,
      );
      const { channels } = await sharp(images[0]!.bytes).metadata();
      expect(channels).toBe(1);
      if (format === 'jpg') continue;
      const pixels = await sharp(images[1]!.bytes).toColourspace('b-w').raw().toBuffer();
      expect(pixels.equals(cropOf(plain, placeOf(fourRows[1]!)).data)).toBe(true);
    }
  });

  test('leaves grey collages as they are, 16-bit ones too', async () => {
    for (const raster of [plain, deep]) {
      const folder = folderOf(raster);
      expect((await decollage(folder, '--grey')).stdout.equals((await decollage(folder)).stdout)).toBe(true);
    }
  });

  test('fails at the first vignette whose channels differ', async () => {
    const data = Buffer.from(mono.data);
    data[(24 * 1 + 13) * 3]! ^= 1; // In the third particle.
    const outcome = await decollage(folderOf({ ...mono, data }), '--grey');
    expectRefusal(outcome, 3, /stdin:3: particle 2 of run: the three channels differ.*leave out --grey/);
  });
});

describe('--masks', () => {
  const masks = zeroOrOne(noise(24, 8));

  test('writes a PNG of 0 and 255 behind each vignette', async () => {
    const outcome = await decollage(folderOf(colour, masks), '--masks');
    const names = (await entriesOf(outcome.stdout)).map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(['run_0.json', 'run_0.tif', 'run_0.mask.png']);
    const images = await imagesOf(outcome, '.mask.png');
    for (const [at, row] of fourRows.entries()) {
      const pixels = await sharp(images[at]!.bytes).toColourspace('b-w').raw().toBuffer();
      expect(pixels.equals(cropOf(masks, placeOf(row)).data)).toBe(true);
    }
  });

  const refused: [what: string, mask: Raster | undefined, words: RegExp][] = [
    [
      'a mask collage that is not there',
      undefined,
      /stdin:1: particle 0 of run: .*run_000001_bin\.tif: there is no such collage/,
    ],
    [
      'one of another size',
      zeroOrOne(noise(23, 8)),
      /its mask collage is 23 × 8 pixels in size, it is 24 × 8/,
    ],
    ['one of three channels', noise(24, 8, 3), /a mask collage has one channel of 8 bits/],
    ['one of 16 bits', noise(24, 8, 1, 16), /a mask collage has one channel of 8 bits/],
    ['values between 0 and 255', noise(24, 8), /its mask has the value \d+, neither 0 nor 255/],
  ];
  for (const [what, mask, words] of refused)
    test(`${what} is an error`, async () => {
      expectRefusal(await decollage(folderOf(colour, mask), '--masks'), 3, words);
    });
});

test('all of it goes into a folder as it goes into a tar', async () => {
  const folder = folderOf(mono, zeroOrOne(plain));
  for (const args of [['--masks'], ['--format', 'png', '--grey']]) {
    const entries = await entriesOf((await decollage(folder, ...args)).stdout);
    const target = join(workdir(), 'made');
    expect((await decollage(folder, ...args, '--output-directory', target)).status).toBe(0);
    expect(readdirSync(target).sort()).toEqual(entries.map(({ name }) => name).sort());
    for (const { name, bytes } of entries) expect(readFileSync(join(target, name)).equals(bytes)).toBe(true);
  }
});
