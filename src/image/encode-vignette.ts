/** Encodes vignettes: TIFF by our own writer, PNG and JPEG by sharp, which is loaded only for them and for LZW. */
import { endianness } from 'node:os';
import { deflateSync } from 'node:zlib';
import type { Sharp } from 'sharp';
import { inputError } from '../errors.js';
import { numberOf, numbersOf, readTiff } from './ifd.js';
import type { Pixels } from './pixels.js';
import * as TAG from './tags.js';
import { type TiffImage, writePlainTiff, writeTiff } from './tiff-writer.js';

/** The formats of vignettes, by the word that asks for them; it is the extension too. */
export const FORMATS = ['tif', 'png', 'jpeg', 'jpg'] as const;
export type Format = (typeof FORMATS)[number];

export const COMPRESSIONS = ['none', 'deflate', 'lzw'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export interface Encoding {
  format: Format;
  /** Of TIFF. */
  compression: Compression;
  /** Of JPEG, 1 to 100. */
  quality: number;
}

/**
 * Turns pixels into the bytes of an image file; the same pixels give the same bytes. Only what takes its time is a
 * promise.
 */
export function encodeVignette(
  pixels: Pixels,
  { format, compression, quality }: Encoding,
): Uint8Array | Promise<Uint8Array> {
  if (format === 'tif') return encodeTiff(pixels, compression);
  if (format === 'png') return encodePng(pixels);
  if (pixels.depth === 16)
    throw inputError('JPEG has 8 bits a sample, and this collage has 16', {
      hint: 'use --format tif or png',
    });
  return encodeJpeg(pixels, quality);
}

const encodePng = async (pixels: Pixels): Promise<Uint8Array> => (await image(pixels)).png().toBuffer();

/** Without chroma subsampling: a particle is a few pixels wide. */
const encodeJpeg = async (pixels: Pixels, quality: number): Promise<Uint8Array> =>
  (await image(pixels)).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();

/** A mask, 0 and 255, as a PNG of one channel. */
export const encodeMask = encodePng;

function encodeTiff(pixels: Pixels, compression: Compression): Uint8Array | Promise<Uint8Array> {
  const head = {
    width: pixels.width,
    height: pixels.height,
    samplesPerPixel: pixels.channels,
    bitsPerSample: pixels.depth,
  } satisfies Partial<TiffImage>;
  if (compression === 'none') return writePlainTiff({ ...head, strip: littleEndian(pixels) });
  // At once: a thread of the pool is asked and answers in twice the time that packing takes.
  if (compression === 'deflate')
    return writeTiff({ ...head, compression, strips: [deflateSync(littleEndian(pixels))] });
  return lzwStrips(pixels).then((packed) => writeTiff({ ...head, compression, ...packed }));
}

/** LZW has one encoder that everybody reads, libtiff's: its strips are put into our container. */
async function lzwStrips(pixels: Pixels): Promise<Pick<TiffImage, 'strips' | 'rowsPerStrip' | 'predictor'>> {
  const bytes = await (await image(pixels)).tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer();
  const page = readTiff(bytes).pages[0]!;
  const offsets = numbersOf(page.get(TAG.STRIP_OFFSETS)!);
  const counts = numbersOf(page.get(TAG.STRIP_BYTE_COUNTS)!);
  return {
    strips: offsets.map((offset, strip) => bytes.subarray(offset, offset + counts[strip]!)),
    rowsPerStrip: Math.min(numberOf(page, TAG.ROWS_PER_STRIP) ?? pixels.height, pixels.height),
    predictor: true,
  };
}

function littleEndian({ data, depth }: Pixels): Buffer {
  return depth === 16 && endianness() === 'BE' ? Buffer.from(data).swap16() : data;
}

async function image({ width, height, channels, depth, data }: Pixels): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  const samples = depth === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  const raw = sharp(samples, { raw: { width, height, channels } });
  return channels === 3 ? raw : raw.toColourspace(depth === 16 ? 'grey16' : 'b-w');
}
