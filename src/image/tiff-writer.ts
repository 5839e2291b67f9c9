/**
 * Writes a small TIFF around strips that are encoded already: little-endian, one page, chunky, min-is-black or
 * RGB. Encoding thousands of vignettes one by one through an image library costs a thousand times more.
 */

import { Directory } from './directory.js';
import { longs, rationals, shorts } from './fields.js';
import { type Field, readTiff } from './ifd.js';
import { writeTiffStructure } from './ifd-writer.js';
import * as TAG from './tags.js';

export interface TiffImage {
  /** Pixels. */
  width: number;
  height: number;
  /** 1 is grey (min-is-black), 3 is RGB. */
  samplesPerPixel: 1 | 3;
  bitsPerSample: 8 | 16;
  /** How the strips are packed. */
  compression: 'none' | 'lzw' | 'deflate';
  /** Strips hold differences between neighbouring samples (tag 317, value 2). */
  predictor?: boolean;
  /** Rows in each strip but the last; all of them where there is one strip. */
  rowsPerStrip?: number;
  /** Encoded strips, top to bottom; samples of 16 bits are little-endian. */
  strips: Uint8Array[];
}

// Fields are never changed once made, so those of every vignette alike are made once.
const GREY = shorts(1);
const RGB = shorts(2);
const BITS: Record<string, Field> = {
  '1×8': shorts(8),
  '3×8': shorts(8, 8, 8),
  '1×16': shorts(16),
  '3×16': shorts(16, 16, 16),
};
const SAMPLES = { 1: shorts(1), 3: shorts(3) };
const COMPRESSIONS = { none: shorts(1), lzw: shorts(5), deflate: shorts(8) };
const CHUNKY = shorts(1);
const DIFFERENCES = shorts(2);
/** Readers want a resolution; one pixel per unit without a unit says that it is not known. */
const UNKNOWN_RESOLUTION = rationals([1, 1]);
const NO_UNIT = shorts(1);

/** The bytes of a TIFF file. */
export function writeTiff(image: TiffImage): Buffer {
  const { width, height, samplesPerPixel, bitsPerSample, compression, strips, rowsPerStrip = height } = image;
  const fields = new Directory();
  fields.set(TAG.IMAGE_WIDTH, longs(width));
  fields.set(TAG.IMAGE_LENGTH, longs(height));
  fields.set(TAG.BITS_PER_SAMPLE, BITS[`${samplesPerPixel}×${bitsPerSample}`]!);
  fields.set(TAG.COMPRESSION, COMPRESSIONS[compression]);
  fields.set(TAG.PHOTOMETRIC, samplesPerPixel === 1 ? GREY : RGB);
  fields.set(TAG.SAMPLES_PER_PIXEL, SAMPLES[samplesPerPixel]);
  fields.set(TAG.ROWS_PER_STRIP, longs(rowsPerStrip));
  fields.set(TAG.STRIP_BYTE_COUNTS, longs(...strips.map((strip) => strip.length)));
  fields.set(TAG.X_RESOLUTION, UNKNOWN_RESOLUTION);
  fields.set(TAG.Y_RESOLUTION, UNKNOWN_RESOLUTION);
  fields.set(TAG.PLANAR_CONFIGURATION, CHUNKY);
  fields.set(TAG.RESOLUTION_UNIT, NO_UNIT);
  if (image.predictor) fields.set(TAG.PREDICTOR, DIFFERENCES);
  return writeTiffStructure({ fields, data: { offsetsTag: TAG.STRIP_OFFSETS, pieces: strips } });
}

/** A file of one pixel in one strip, and where in it its size stands. */
interface Pattern {
  /** All bytes before the strip. */
  head: Buffer;
  width: number;
  height: number;
  rowsPerStrip: number;
  stripBytes: number;
}

const patterns = new Map<number, Pattern>();

function patternOf(samplesPerPixel: 1 | 3, bitsPerSample: 8 | 16): Pattern {
  const key = samplesPerPixel * 100 + bitsPerSample;
  let pattern = patterns.get(key);
  if (pattern === undefined) {
    const strip = new Uint8Array(samplesPerPixel * (bitsPerSample / 8));
    const file = writeTiff({
      width: 1,
      height: 1,
      samplesPerPixel,
      bitsPerSample,
      compression: 'none',
      strips: [strip],
    });
    const page = readTiff(file).pages[0]!;
    const at = (tag: number) => page.get(tag)!.start;
    pattern = {
      head: file.subarray(0, file.length - strip.length),
      width: at(TAG.IMAGE_WIDTH),
      height: at(TAG.IMAGE_LENGTH),
      rowsPerStrip: at(TAG.ROWS_PER_STRIP),
      stripBytes: at(TAG.STRIP_BYTE_COUNTS),
    };
    patterns.set(key, pattern);
  }
  return pattern;
}

/**
 * The bytes of a TIFF file of one strip that is not packed: what `writeTiff` gives, in a twentieth of its time,
 * because all such files are alike but for four numbers.
 */
export function writePlainTiff({
  width,
  height,
  samplesPerPixel,
  bitsPerSample,
  strip,
}: Pick<TiffImage, 'width' | 'height' | 'samplesPerPixel' | 'bitsPerSample'> & {
  strip: Uint8Array;
}): Buffer {
  const pattern = patternOf(samplesPerPixel, bitsPerSample);
  const file = Buffer.allocUnsafe(pattern.head.length + strip.length);
  file.set(pattern.head);
  file.set(strip, pattern.head.length);
  file.writeUInt32LE(width, pattern.width);
  file.writeUInt32LE(height, pattern.height);
  file.writeUInt32LE(height, pattern.rowsPerStrip);
  file.writeUInt32LE(strip.length, pattern.stripBytes);
  return file;
}
