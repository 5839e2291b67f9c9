import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import sharp from 'sharp';
import { inputError, systemReason } from '../errors.js';
import { LIMITS, raise } from '../limits.js';
import { type CollageFormat, judgeCollage } from './collage-format.js';
import type { Pixels } from './pixels.js';

/** No packing needs so many bytes for a pixel, or for all that is no pixel. */
const [BYTES_PER_PIXEL, OTHER_BYTES] = [6, 2 ** 20];

// Every collage is decoded once; libvips need not remember it.
sharp.cache(false);
// One thread an image: strips are unpacked one after the other, and others only wait. Images beside each other are ours.
sharp.concurrency(1);

/**
 * Reads and decodes a collage, exactly: 8-bit grey and RGB, 16-bit grey.
 *
 * @throws an input error where it cannot be read, is no supported TIFF, or is truncated or broken. (A flipped bit
 *   that still decodes cannot be seen: TIFF has no checksums.) One of more than `mostPixels` is refused.
 */
export async function decodeCollage(path: string, mostPixels = LIMITS.pixels): Promise<Pixels> {
  const bytes = await readWhole(path, mostPixels);
  const format = judgeCollage(bytes, { file: path }, mostPixels);
  try {
    // A colour profile would change the pixels: they are to be what the camera saw.
    const limitInputPixels = format.width * format.height;
    const image = sharp(bytes, { failOn: 'warning', limitInputPixels, ignoreIcc: true });
    // Asked for by name: plain raw() turns 16-bit grey into 8-bit RGB.
    const space = format.depth === 16 ? 'grey16' : format.channels === 1 ? 'b-w' : 'srgb';
    const { data, info } = await image
      .toColourspace(space)
      .raw(format.depth === 16 ? { depth: 'ushort' } : {})
      .toBuffer({ resolveWithObject: true });
    assertSame(format, { ...info, bytes: data.length });
    return { ...format, data };
  } catch (cause) {
    throw inputError(`the collage cannot be decoded: ${reason(cause)}`, {
      file: path,
      hint: 'the file may be damaged; copy it again',
      cause,
    });
  }
}

async function readWhole(path: string, mostPixels: number): Promise<Buffer> {
  try {
    // Without O_NONBLOCK, the opening of a FIFO would wait for somebody who writes to it.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile()) throw inputError('this is no plain file, and cannot be a collage', { file: path });
      const { size } = found;
      if (size > mostPixels * BYTES_PER_PIXEL + OTHER_BYTES)
        throw inputError(`${size} bytes are too many for a collage of at most ${mostPixels} pixels`, {
          file: path,
          hint: raise('max-pixels'),
        });
      const bytes = await file.readFile();
      if (bytes.length !== size)
        throw inputError('the collage changed while it was read', {
          file: path,
          hint: 'start again when it is whole',
        });
      return bytes;
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ToolError') throw cause;
    throw inputError(`cannot read the collage: ${systemReason(cause)}`, { file: path, cause });
  }
}

/** The library's words, without its own layers' names and line breaks. */
const reason = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).replace(/^.*?: /s, '').split('\n')[0]!;

function assertSame(
  { width, height, channels, depth }: CollageFormat,
  decoded: { width: number; height: number; channels: number; bytes: number },
): void {
  const expected = width * height * channels * (depth / 8);
  if (
    decoded.width !== width ||
    decoded.height !== height ||
    decoded.channels !== channels ||
    decoded.bytes !== expected
  )
    throw new Error(`: decoded as ${decoded.width} × ${decoded.height} × ${decoded.channels}`);
}
