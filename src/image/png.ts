import { crc32 } from 'node:zlib';
import { inputError, type Place } from '../errors.js';
import { emptyBlock, readExifBlock, writeExifBlock } from './exif-block.js';
import type { TaggableImage } from './taggable-image.js';

const SIGNATURE_SIZE = 8;
/** Length, type, and the check sum after the data. */
const CHUNK_OVERHEAD = 12;

interface Chunk {
  type: string;
  data: Buffer;
  /** The whole chunk as it stands in the file. */
  whole: Buffer;
}

/**
 * Opens a PNG; tags live in its eXIf chunk (PNG, third edition), the pixel size in pHYs as well, because many
 * readers look only there.
 *
 * @throws an input error where the file is cut short or a chunk's check sum is wrong
 */
export function openPng(bytes: Buffer, place: Place): TaggableImage {
  const chunks = chunksOf(bytes, place);
  const header = chunks[0];
  if (header?.type !== 'IHDR' || header.data.length !== 13)
    throw inputError('a PNG file without its header', place);
  const exif = chunks.filter(({ type }) => type === 'eXIf');
  if (exif.length > 1) throw inputError(`a PNG file with ${exif.length} eXIf chunks`, place);
  return {
    format: 'png',
    block: exif[0] === undefined ? emptyBlock() : readExifBlock(exif[0].data, place),
    width: header.data.readUInt32BE(0),
    height: header.data.readUInt32BE(4),
    write: (block, pixelSize) =>
      assemble(bytes, chunks, [
        ...(pixelSize === undefined ? [] : [chunk('pHYs', physicalSize(pixelSize))]),
        chunk('eXIf', writeExifBlock(block)),
      ]),
  };
}

/** The file with `replacements` before the image data, where the standard wants them, in place of their like. */
function assemble(bytes: Buffer, chunks: Chunk[], replacements: Chunk[]): Buffer {
  const replaced = new Set(replacements.map(({ type }) => type));
  const kept = chunks.filter(({ type }) => !replaced.has(type));
  const data = kept.findIndex(({ type }) => type === 'IDAT');
  const order = [...kept.slice(0, data), ...replacements, ...kept.slice(data)];
  return Buffer.concat([bytes.subarray(0, SIGNATURE_SIZE), ...order.map(({ whole }) => whole)]);
}

function chunksOf(bytes: Buffer, place: Place): Chunk[] {
  const chunks: Chunk[] = [];
  let at = SIGNATURE_SIZE;
  do {
    if (at + CHUNK_OVERHEAD > bytes.length) throw cutShort(place);
    const size = bytes.readUInt32BE(at);
    const end = at + CHUNK_OVERHEAD + size;
    if (end > bytes.length) throw cutShort(place);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4))
      throw inputError(`a PNG file with a damaged chunk at byte ${at}`, place);
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    at = end;
  } while (chunks.at(-1)!.type !== 'IEND');
  if (at < bytes.length) throw inputError('a PNG file with more data after its end', place);
  if (!chunks.some(({ type }) => type === 'IDAT')) throw inputError('a PNG file without image data', place);
  return chunks;
}

function chunk(type: string, data: Buffer): Chunk {
  const whole = Buffer.allocUnsafe(data.length + CHUNK_OVERHEAD);
  whole.writeUInt32BE(data.length);
  whole.write(type, 4, 'latin1');
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, whole.length - 4)), whole.length - 4);
  return { type, data, whole };
}

/** The content of pHYs: pixels per metre on both axes, as whole numbers. */
function physicalSize(pixelSize: number): Buffer {
  const data = Buffer.alloc(9);
  const pixelsPerMetre = Math.min(Math.max(Math.round(1e6 / pixelSize), 1), 2 ** 31 - 1);
  data.writeUInt32BE(pixelsPerMetre, 0);
  data.writeUInt32BE(pixelsPerMetre, 4);
  data.writeUInt8(1, 8);
  return data;
}

const cutShort = (place: Place) =>
  inputError('a PNG file that is cut short', { ...place, hint: 'copy it again' });
