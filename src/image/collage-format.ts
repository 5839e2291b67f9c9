/**
 * Which TIFF files are taken as collages, judged from their directory before anything is decoded. Decoders widen,
 * narrow, scale or clip what they do not know without a word; here it is refused by tag and value.
 */
import { inputError, type Place } from '../errors.js';
import { LIMITS, raise } from '../limits.js';
import type { Directory } from './directory.js';
import { numberOf, numbersOf, readTiff } from './ifd.js';
import * as TAG from './tags.js';

export interface CollageFormat {
  width: number;
  height: number;
  channels: 1 | 3;
  depth: 8 | 16;
}

const COMPRESSIONS = new Map([
  [1, 'none'],
  [5, 'LZW'],
  [8, 'deflate'],
  [32946, 'deflate'],
]);

const REFUSED_TAGS: [tag: number, name: string][] = [
  [TAG.TILE_OFFSETS, 'TileOffsets'],
  [TAG.EXTRA_SAMPLES, 'ExtraSamples'],
];

/**
 * Judges a collage.
 *
 * @throws an input error that names tag and value of what is not supported, or says where the file is cut short
 */
export function judgeCollage(bytes: Buffer, place: Place, mostPixels = LIMITS.pixels): CollageFormat {
  const { pages } = readTiff(bytes, place);
  const [page] = pages;
  const refuse = (what: string) => inputError(`a collage with ${what} is not supported`, place);
  if (page === undefined || pages.length > 1) throw refuse(`${pages.length} pages`);
  for (const [tag, name] of REFUSED_TAGS)
    if (page.has(tag))
      throw refuse(`${name} (tag ${tag}) ${numbersOf(page.get(tag)!).slice(0, 4).join(' ')}`);
  const one = (tag: number, name: string, fallback: number | undefined, accepted: number[]): number => {
    const values = page.has(tag) ? [...new Set(numbersOf(page.get(tag)!).slice(0, 16))] : [];
    const value = values[0] ?? fallback;
    if (value === undefined || values.length > 1 || !accepted.includes(value))
      throw refuse(`${name} (tag ${tag}) ${values.length === 0 ? 'absent' : values.join(' ')}`);
    return value;
  };
  const channels = one(TAG.SAMPLES_PER_PIXEL, 'SamplesPerPixel', 1, [1, 3]) as 1 | 3;
  const depth = one(TAG.BITS_PER_SAMPLE, 'BitsPerSample', undefined, channels === 1 ? [8, 16] : [8]) as
    | 8
    | 16;
  one(TAG.PHOTOMETRIC, 'PhotometricInterpretation', undefined, [channels === 1 ? 1 : 2]);
  one(TAG.COMPRESSION, 'Compression', 1, [...COMPRESSIONS.keys()]);
  one(TAG.PLANAR_CONFIGURATION, 'PlanarConfiguration', 1, [1]);
  one(TAG.ORIENTATION, 'Orientation', 1, [1]);
  one(TAG.SAMPLE_FORMAT, 'SampleFormat', 1, [1]);
  one(TAG.PREDICTOR, 'Predictor', 1, [1, 2]);
  const width = numberOf(page, TAG.IMAGE_WIDTH) ?? 0;
  const height = numberOf(page, TAG.IMAGE_LENGTH) ?? 0;
  if (width < 1 || height < 1) throw inputError(`the collage is ${width} × ${height} pixels in size`, place);
  if (width * height > mostPixels)
    throw inputError(
      `the collage declares ${width} × ${height} pixels, beyond the ${mostPixels} that are read`,
      { ...place, hint: raise('max-pixels') },
    );
  checkStrips(page, { width, height, channels, depth }, bytes.length, place);
  return { width, height, channels, depth };
}

/** Every strip must be there and lie within the file: decoders fill in what is missing, some without a word. */
function checkStrips(page: Directory, format: CollageFormat, size: number, place: Place): void {
  const offsets = page.has(TAG.STRIP_OFFSETS) ? numbersOf(page.get(TAG.STRIP_OFFSETS)!) : [];
  const counts = page.has(TAG.STRIP_BYTE_COUNTS) ? numbersOf(page.get(TAG.STRIP_BYTE_COUNTS)!) : [];
  const rows = Math.min(numberOf(page, TAG.ROWS_PER_STRIP) ?? format.height, format.height);
  const due = Math.ceil(format.height / Math.max(1, rows));
  if (offsets.length !== due || counts.length !== due)
    throw inputError(`the collage has ${offsets.length} strips where its size asks for ${due}`, place);
  for (let strip = 0; strip < due; strip += 1) {
    if (offsets[strip]! > 0 && counts[strip]! > 0 && offsets[strip]! + counts[strip]! <= size) continue;
    throw inputError(`strip ${strip + 1} of ${due} lies beyond the end of the collage`, {
      ...place,
      hint: 'the file may be cut short; copy it again',
    });
  }
}
