import { inputError, type Place } from '../errors.js';
import type { ExifBlock } from './exif-block.js';
import { openPng } from './png.js';
import { openTiff } from './tiff.js';

/** An image whose tags can be read and replaced; its pixels are never decoded. */
export interface TaggableImage {
  format: 'tiff' | 'jpeg' | 'png';
  /** Its tags; free to be changed, and given back to `write`. */
  block: ExifBlock;
  /** Pixels. */
  width: number;
  height: number;
  /** What the components of a JPEG are, as EXIF's ComponentsConfiguration numbers them. */
  components?: readonly [number, number, number, number];
  /**
   * The image with `block` for its tags.
   *
   * @param pixelSize micrometres of the object per pixel, for the containers that tell it outside of EXIF too
   */
  write(block: ExifBlock, pixelSize?: number): Buffer;
}

/** What a file's extension promises it to be. */
const FORMATS: Record<string, TaggableImage['format']> = {
  tif: 'tiff',
  tiff: 'tiff',
  jpg: 'jpeg',
  jpeg: 'jpeg',
  png: 'png',
};

/**
 * Opens a TIFF, JPEG or PNG, told by its first bytes.
 *
 * @param extension what its name ends in, without the dot
 * @throws an input error where it is none of them, is broken, or is another than its name says
 */
export async function openImage(bytes: Uint8Array, extension: string, place: Place): Promise<TaggableImage> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = formatOf(buffer);
  if (format === undefined) throw inputError('not a TIFF, JPEG or PNG image', place);
  const promised = FORMATS[extension.toLowerCase()];
  if (promised !== format)
    throw inputError(`this is a ${format.toUpperCase()} image under the name of another`, {
      ...place,
      hint: `rename it to end in .${format === 'tiff' ? 'tif' : format}`,
    });
  if (format === 'tiff') return openTiff(buffer, place);
  if (format === 'png') return openPng(buffer, place);
  // Loaded where needed: it brings piexifjs.
  return (await import('./jpeg.js')).openJpeg(buffer, place);
}

function formatOf(bytes: Buffer): TaggableImage['format'] | undefined {
  if (startsWith(bytes, 'II') || startsWith(bytes, 'MM')) return 'tiff';
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return 'png';
  return startsWith(bytes, '\xff\xd8\xff') ? 'jpeg' : undefined;
}

function startsWith(bytes: Buffer, latin1: string): boolean {
  for (let at = 0; at < latin1.length; at += 1) if (bytes[at] !== latin1.charCodeAt(at)) return false;
  return true;
}
