import { describe, expect, test } from 'vitest';
import { judgeCollage } from '../../src/image/collage-format.js';
import { noise, type Raster, type Tags, writeTiffBytes } from '../support/rasters.js';
import { refusalOf, survives } from '../support/refusals.js';

const judge = (bytes: Buffer) => judgeCollage(bytes, { file: 'x.tif' });
const grey = noise(12, 8);
const rgb = noise(12, 8, 3);
const grey16 = noise(12, 8, 1, 16);

describe('the pixel formats of collages are taken', () => {
  const taken: [what: string, raster: Raster, tags?: Tags][] = [
    ['8-bit grey', grey],
    ['8-bit RGB', rgb],
    ['16-bit grey', grey16],
    ['in strips of any height', rgb],
    ['with orientation 1', rgb, { 274: [1] }],
    [
      'without compression, planes, samples and rows said',
      grey,
      { 259: undefined, 284: undefined, 277: undefined, 278: undefined },
    ],
    ['with unsigned samples said', grey16, { 339: [1] }],
    ['with a resolution, a page number and what nobody knows', rgb, { 296: [1], 297: [0, 1], 65000: [7] }],
  ];
  for (const [what, raster, tags] of taken)
    test(what, () => {
      const { width, height, channels, bits: depth } = raster;
      for (const rowsPerStrip of tags === undefined ? [1, 3, 8, 100] : [8])
        expect(judge(writeTiffBytes(raster, tags, { rowsPerStrip }))).toEqual({
          width,
          height,
          channels,
          depth,
        });
    });
});

describe('all others are refused by tag and value', () => {
  const refused: [what: string, raster: Raster, tags: Tags, words: RegExp][] = [
    ['16-bit RGB', noise(12, 8, 3, 16), {}, /BitsPerSample \(tag 258\) 16/],
    ['samples of different depth', rgb, { 258: [8, 16, 8] }, /BitsPerSample \(tag 258\) 8 16/],
    ['1 bit', grey, { 258: [1] }, /BitsPerSample \(tag 258\) 1 /],
    ['4 bits', grey, { 258: [4] }, /BitsPerSample \(tag 258\) 4 /],
    ['32 bits', grey, { 258: [32] }, /BitsPerSample \(tag 258\) 32/],
    ['no bits said', grey, { 258: undefined }, /BitsPerSample \(tag 258\) absent/],
    ['min-is-white', grey, { 262: [0] }, /PhotometricInterpretation \(tag 262\) 0/],
    ['palette', grey, { 262: [3], 320: Array(768).fill(0) }, /PhotometricInterpretation \(tag 262\) 3/],
    ['YCbCr', rgb, { 262: [6] }, /PhotometricInterpretation \(tag 262\) 6/],
    ['CIELab', rgb, { 262: [8] }, /PhotometricInterpretation \(tag 262\) 8/],
    ['grey that says RGB', grey, { 262: [2] }, /PhotometricInterpretation \(tag 262\) 2/],
    ['RGB that says grey', rgb, { 262: [1] }, /PhotometricInterpretation \(tag 262\) 1/],
    ['no interpretation said', grey, { 262: undefined }, /PhotometricInterpretation \(tag 262\) absent/],
    ['CMYK', noise(12, 8, 4), { 262: [5] }, /SamplesPerPixel \(tag 277\) 4/],
    ['RGBA', noise(12, 8, 4), { 338: [2] }, /ExtraSamples \(tag 338\) 2/],
    ['grey with alpha', noise(12, 8, 2), { 262: [1], 338: [1] }, /ExtraSamples \(tag 338\) 1/],
    ['signed samples', grey16, { 339: [2] }, /SampleFormat \(tag 339\) 2/],
    ['floating-point samples', grey16, { 339: [3] }, /SampleFormat \(tag 339\) 3/],
    ['planes', rgb, { 284: [2] }, /PlanarConfiguration \(tag 284\) 2/],
    ['a picture on its side', rgb, { 274: [6] }, /Orientation \(tag 274\) 6/],
    ['tiles', rgb, { 322: [16], 323: [16], 324: [8], 325: [288] }, /TileOffsets \(tag 324\) 8/],
    ['JPEG', rgb, { 259: [7] }, /Compression \(tag 259\) 7/],
    ['fax', grey, { 259: [4] }, /Compression \(tag 259\) 4/],
    ['PackBits', grey, { 259: [32773] }, /Compression \(tag 259\) 32773/],
    ['a floating-point predictor', grey, { 259: [5], 317: [3] }, /Predictor \(tag 317\) 3/],
  ]; // biome-ignore format: a row a case
  for (const [what, raster, tags, words] of refused)
    test(what, async () => {
      const error = await refusalOf(() => judge(writeTiffBytes(raster, tags)));
      expect(error).toMatchObject({ kind: 'input', file: 'x.tif' });
      expect(`${error.message} `).toMatch(words);
    });

  test('two pages', async () => {
    const one = writeTiffBytes(grey);
    const directory = one.readUInt32LE(4);
    const entries = one.readUInt16LE(directory);
    const two = Buffer.concat([one, one.subarray(directory)]);
    two.writeUInt32LE(one.length, directory + 2 + entries * 12);
    expect((await refusalOf(() => judge(two))).message).toMatch(/2 pages/);
  });

  test('a bomb of 100,000 × 100,000 pixels in a small file', async () => {
    const error = await refusalOf(() => judge(writeTiffBytes(grey, { 256: [100_000], 257: [100_000] })));
    expect(error.message).toMatch(/declares 100000 × 100000 pixels, beyond the 100000000 that are read/);
  });

  test('no pixels at all', async () => {
    for (const tags of [{ 256: [0] }, { 257: [0] }, { 256: undefined }])
      expect((await refusalOf(() => judge(writeTiffBytes(grey, tags)))).message).toMatch(
        /× \d+ pixels in size/,
      );
  });

  test('BigTIFF, PNG, nothing', async () => {
    expect((await refusalOf(() => judge(Buffer.from('II\x2b\0\x08\0\0\0', 'latin1')))).message).toMatch(
      /BigTIFF/,
    );
    for (const bytes of [Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(0), Buffer.from('II')])
      expect((await refusalOf(() => judge(bytes))).message).toMatch(/not a TIFF/);
  });
});

describe('strips must be there, all of them and whole', () => {
  const cases: [what: string, tags: Tags, words: RegExp][] = [
    ['one less than the rows ask for', { 278: [4] }, /1 strips? where its size asks for 2/],
    ['none at all', { 273: undefined, 279: undefined }, /0 strips where its size asks for 1/],
    ['without sizes', { 279: undefined }, /strips/],
    ['one beyond the end', { 273: [100_000] }, /strip 1 of 1 lies beyond the end/],
    ['one that runs beyond the end', { 279: [100_000] }, /strip 1 of 1 lies beyond the end/],
    ['one without bytes', { 279: [0] }, /strip 1 of 1/],
    ['one at the very start, where the header is', { 273: [0] }, /strip 1 of 1/],
    ['rows of nothing', { 278: [0] }, /strips/],
  ];
  for (const [what, tags, words] of cases)
    test(what, async () => {
      expect((await refusalOf(() => judge(writeTiffBytes(grey, tags)))).message).toMatch(words);
    });

  test('a file cut at any byte is refused', async () => {
    const bytes = writeTiffBytes(rgb, {}, { rowsPerStrip: 3 });
    for (let size = 0; size < bytes.length; size += 1)
      expect((await refusalOf(() => judge(bytes.subarray(0, size)))).kind).toBe('input');
  });

  test('any flipped bit: an answer or an error of ours', async () => {
    const bytes = writeTiffBytes(noise(3, 2), {}, { rowsPerStrip: 1 });
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const broken = Buffer.from(bytes);
      broken[bit >> 3]! ^= 1 << (bit & 7);
      await survives(() => judge(broken));
    }
  });
});
