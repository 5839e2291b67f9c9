import sharp from 'sharp';
import * as TAG from '../image/tags.js';

/** Tags that a FlowCam's collages have; libvips adds resolution, orientation and sample format. */
const KEPT = new Set([
  TAG.IMAGE_WIDTH,
  TAG.IMAGE_LENGTH,
  TAG.BITS_PER_SAMPLE,
  TAG.COMPRESSION,
  TAG.PHOTOMETRIC,
  TAG.STRIP_OFFSETS,
  TAG.SAMPLES_PER_PIXEL,
  TAG.ROWS_PER_STRIP,
  TAG.STRIP_BYTE_COUNTS,
  TAG.PLANAR_CONFIGURATION,
  TAG.PREDICTOR,
]);

// A run's collages are all different: what libvips remembers of them is memory lost. LZW is packed by one thread anyway.
sharp.cache(false);
sharp.concurrency(1);

/**
 * A collage's bytes as VisualSpreadsheet writes them: little-endian TIFF, 8 bits, LZW with horizontal prediction, the
 * one IFD after the data, no tags but those the pixels need. Only its strips are thicker (256 rows, not 1 to 6).
 *
 * @param pixels of a sheet, row by row
 * @param size of the sheet's top left part that is written
 */
export async function encodeCollage(
  pixels: Uint8Array,
  sheet: { width: number; height: number; channels: 1 | 3 },
  size: { width: number; height: number } = sheet,
): Promise<Uint8Array> {
  const image = sharp(pixels, { raw: sheet });
  if (sheet.channels === 1) image.toColourspace('b-w');
  const bytes = await image
    .extract({ left: 0, top: 0, width: size.width, height: size.height })
    .tiff({ compression: 'lzw', predictor: 'horizontal' })
    .toBuffer();
  return withoutForeignTags(bytes);
}

/** Shortens a TIFF's directory to the tags that are kept. It lies at the end, behind all strips. */
function withoutForeignTags(bytes: Buffer): Uint8Array {
  const directory = bytes.readUInt32LE(4);
  const entries = Array.from({ length: bytes.readUInt16LE(directory) }, (_, i) =>
    bytes.subarray(directory + 2 + 12 * i, directory + 14 + 12 * i),
  ).filter((entry) => KEPT.has(entry.readUInt16LE(0)));
  const count = Buffer.alloc(2);
  count.writeUInt16LE(entries.length);
  const shortened = Buffer.concat([count, ...entries, Buffer.alloc(4)]);
  shortened.copy(bytes, directory);
  return bytes;
}
