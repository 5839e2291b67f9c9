import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ascii } from '../../src/image/fields.js';
import { readTiff, textOf } from '../../src/image/ifd.js';
import { openImage } from '../../src/image/taggable-image.js';
import * as TAG from '../../src/image/tags.js';
import { noise, readTiffPixels, writeTiffBytes } from '../support/rasters.js';
import { refusalOf, survives } from '../support/refusals.js';
import { testWith } from '../support/requirements.js';
import { tinyImage, tinyTiff } from '../support/vignettes.js';
import { workdir } from '../support/workdir.js';

const open = (bytes: Uint8Array, extension: string) =>
  openImage(bytes, extension, { file: `x.${extension}` });

/** The image with another Artist. */
async function retagged(bytes: Uint8Array, extension: string): Promise<Buffer> {
  const image = await open(bytes, extension);
  image.block.image.set(315, ascii('somebody'));
  return image.write(image.block);
}

async function artistOf(bytes: Uint8Array, extension: string): Promise<string> {
  return textOf((await open(bytes, extension)).block.image.get(315)!);
}

const files: [string, string, () => Promise<Buffer>][] = [
  ['TIFF', 'tif', async () => tinyTiff()],
  ['PNG', 'png', () => tinyImage('png')],
  ['JPEG', 'jpeg', () => tinyImage('jpeg')],
];

describe.each(files)('%s', (_, extension, make) => {
  test('a tag is written and read again; the pixels are untouched', async () => {
    const before = await make();
    const after = await retagged(before, extension);
    expect(await artistOf(after, extension)).toBe('somebody');
    const pixels = (bytes: Buffer) => sharp(bytes).raw().toBuffer();
    expect((await pixels(after)).equals(await pixels(before))).toBe(true);
  });

  test('writing the same again gives the same bytes', async () => {
    const once = await retagged(await make(), extension);
    expect((await retagged(once, extension)).equals(once)).toBe(true);
  });

  test('its size is known without decoding', async () => {
    const { width, height } = await open(await make(), extension);
    expect([width, height]).toEqual([7, 5]);
  });

  test('cut short anywhere it is refused, or whole as far as tags go', async () => {
    const whole = await retagged(await make(), extension);
    for (let length = 0; length < whole.length; length += 1) {
      await survives(() => retagged(whole.subarray(0, length), extension));
    }
    for (const length of [0, 1, 8, 20]) await refusalOf(() => open(whole.subarray(0, length), extension));
  });

  test('any change of its bytes gives an image or an error of ours', async () => {
    const whole = await retagged(await make(), extension);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const changed = Buffer.from(whole);
          for (const [at, value] of changes) changed[at] = value;
          await survives(() => retagged(changed, extension));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('under the name of another format it is refused', async () => {
    const other = extension === 'png' ? 'tif' : 'png';
    expect((await refusalOf(async () => open(await make(), other))).message).toMatch(
      /under the name of another/,
    );
  });
});

describe('TIFF files of others', () => {
  test('are refused by name where their data cannot be carried over', async () => {
    const raster = noise(4, 4);
    for (const [what, bytes, words] of [
      ['SubIFDs', writeTiffBytes(raster, { 330: [8] }), /SubIFDs/],
      ['old JPEG', writeTiffBytes(raster, { 259: [6] }), /JPEG data in the old way/],
      ['strips and tiles', writeTiffBytes(raster, { 324: [8], 325: [16] }), /two kinds/],
      ['a size too few', writeTiffBytes(raster, { 279: [8, 8] }), /1 offsets of image data.*2 sizes/],
      ['no sizes', writeTiffBytes(raster, { 279: undefined }), /0 sizes/],
      ['no width', writeTiffBytes(raster, { 256: undefined }), /without a size/],
      ['data beyond the end', writeTiffBytes(raster, { 279: [60_000] }), /beyond the end/],
    ] as const)
      expect((await refusalOf(() => open(bytes, 'tif'))).message, what).toMatch(words);
  });

  test('strips that overlap cannot make a small file into a large one', async () => {
    const bytes = writeTiffBytes(noise(64, 64), { 273: Array(2000).fill(8), 279: Array(2000).fill(4096) });
    await refusalOf(() => open(bytes, 'tif'));
  });

  testWith(
    ['tiffcp'],
    'strips, tiles, byte order and compressions are carried over as they are',
    async () => {
      const folder = workdir();
      const source = join(folder, 'source.tif');
      writeFileSync(source, writeTiffBytes(noise(70, 50, 3)));
      const wide = join(folder, 'wide.tif');
      writeFileSync(wide, writeTiffBytes(noise(70, 50, 1, 16)));
      for (const [input, ...args] of [
        [source, '-c', 'lzw:2', '-r', '7'],
        [source, '-c', 'zip', '-r', '3'],
        [source, '-c', 'packbits'],
        [source, '-B', '-c', 'none', '-r', '9'],
        [source, '-t', '-w', '32', '-l', '16', '-c', 'lzw'],
        [wide, '-B', '-c', 'lzw:2'],
        [wide, '-L', '-c', 'none'],
      ] as const) {
        const path = join(folder, 'copy.tif');
        await execa('tiffcp', [...args, input, path]);
        const before = await readFile(path);
        const after = await retagged(before, 'tif');
        expect(readTiff(after).littleEndian, args.join(' ')).toBe(readTiff(before).littleEndian);
        const flat = join(folder, 'flat.tif');
        writeFileSync(path, after);
        await execa('tiffcp', ['-c', 'none', '-L', '-s', path, flat]);
        const expected = readTiffPixels(await readFile(input)).data;
        expect(readTiffPixels(await readFile(flat)).data.equals(expected), args.join(' ')).toBe(true);
      }
    },
  );

  testWith(['tiffcp'], 'several pages, and BigTIFF, are refused by name', async () => {
    const folder = workdir();
    const page = join(folder, 'page.tif');
    writeFileSync(page, tinyTiff());
    await execa('tiffcp', [page, page, join(folder, 'two.tif')]);
    await execa('tiffcp', ['-8', page, join(folder, 'big.tif')]);
    const two = await refusalOf(async () => open(await readFile(join(folder, 'two.tif')), 'tif'));
    expect(two.message).toMatch(/2 pages/);
    const big = await refusalOf(async () => open(await readFile(join(folder, 'big.tif')), 'tif'));
    expect(big.message).toMatch(/BigTIFF/);
  });
});

describe('PNG', () => {
  test('a chunk that is damaged is found', async () => {
    const bytes = await tinyImage('png');
    bytes[bytes.indexOf('IDAT') + 6]! ^= 1;
    expect((await refusalOf(() => open(bytes, 'png'))).message).toMatch(/damaged chunk/);
  });

  test('the pixel size goes into pHYs too, before the image data', async () => {
    const image = await open(await tinyImage('png'), 'png');
    const bytes = image.write(image.block, 0.5544);
    const at = bytes.indexOf('pHYs');
    expect(bytes.readUInt32BE(at + 4)).toBe(1_803_752);
    expect(bytes.readUInt32BE(at + 8)).toBe(1_803_752);
    expect(bytes[at + 12]).toBe(1);
    expect(at).toBeLessThan(bytes.indexOf('IDAT'));
    expect((await open(bytes, 'png')).write(image.block, 0.5544).equals(bytes)).toBe(true);
  });
});

describe('JPEG', () => {
  test('fill bytes between segments are no matter', async () => {
    const bytes = await tinyImage('jpeg');
    const filled = Buffer.concat([bytes.subarray(0, 2), Buffer.from([0xff, 0xff, 0xff]), bytes.subarray(2)]);
    expect(await artistOf(await retagged(filled, 'jpeg'), 'jpeg')).toBe('somebody');
  });

  test('more than 64 KB of tags are refused with the way out', async () => {
    const image = await open(await tinyImage('jpeg'), 'jpeg');
    image.block.image.set(315, ascii('x'.repeat(65_536)));
    expect((await refusalOf(() => image.write(image.block))).hint).toContain('--no-record');
  });

  test('components are told apart: grey, YCbCr and RGB; CMYK is refused', async () => {
    const raw = { width: 7, height: 5, channels: 3 as const };
    const colour = await sharp(noise(7, 5, 3).data, { raw })
      .jpeg()
      .toBuffer();
    expect((await open(await tinyImage('jpeg'), 'jpeg')).components).toEqual([1, 0, 0, 0]);
    expect((await open(colour, 'jpeg')).components).toEqual([1, 2, 3, 0]);
    const adobe = Buffer.from('\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0', 'latin1');
    const rgb = Buffer.concat([colour.subarray(0, 2), adobe, colour.subarray(2)]);
    expect((await open(rgb, 'jpeg')).components).toEqual([4, 5, 6, 0]);
    const cmyk = await sharp(noise(7, 5, 4).data, { raw: { ...raw, channels: 4 } })
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
    expect((await refusalOf(() => open(cmyk, 'jpeg'))).message).toMatch(/4 components/);
  });

  testWith(['exiftool'], 'a thumbnail and the tags of others stay', async () => {
    const folder = workdir();
    const [thumbnail, path] = [join(folder, 'thumb.jpg'), join(folder, 'x.jpg')];
    writeFileSync(thumbnail, await tinyImage('jpeg'));
    writeFileSync(path, await tinyImage('jpeg'));
    await execa('exiftool', [
      '-q',
      '-overwrite_original',
      `-ThumbnailImage<=${thumbnail}`,
      '-ISO=100',
      '-InteropIndex=R98',
      '-XMP:Title=T',
      path,
    ]);
    writeFileSync(path, await retagged(await readFile(path), 'jpg'));
    const { stdout } = await execa('exiftool', ['-s3', '-ISO', '-InteropIndex', '-Title', '-Artist', path]);
    expect(stdout.split('\n')).toEqual(['100', 'R98 - DCF basic file (sRGB)', 'T', 'somebody']);
    const { stdout: kept } = await execa('exiftool', ['-b', '-ThumbnailImage', path], { encoding: 'buffer' });
    expect(Buffer.from(kept).equals(await readFile(thumbnail))).toBe(true);
  });

  testWith(['exiftool'], 'the byte order of a block is kept', async () => {
    const path = join(workdir(), 'x.jpg');
    writeFileSync(path, await tinyImage('jpeg'));
    await execa('exiftool', ['-q', '-overwrite_original', '-ExifByteOrder=MM', '-UserComment=étang', path]);
    writeFileSync(path, await retagged(await readFile(path), 'jpg'));
    const { stdout } = await execa('exiftool', ['-s3', '-UserComment', '-ExifByteOrder', path]);
    expect(stdout.split('\n')).toEqual(['étang', 'Big-endian (Motorola, MM)']);
  });
});

test('what is no image is refused', async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('GIF89a'), Buffer.from('hello'), Buffer.alloc(100)])
    expect((await refusalOf(() => open(bytes, 'tif'))).message).toMatch(/not a TIFF, JPEG or PNG/);
});

test('a MakerNote, whose offsets would break, is refused by name', async () => {
  const image = await open(tinyTiff(), 'tif');
  image.block.exif.set(TAG.MAKER_NOTE, ascii('secret'));
  const bytes = image.write(image.block);
  expect((await refusalOf(() => open(bytes, 'tif'))).message).toMatch(/MakerNote/);
});
