import piexif from 'piexifjs';
import { inputError, type Place } from '../errors.js';
import { type ExifBlock, emptyBlock, readExifBlock, writeExifBlock } from './exif-block.js';
import type { TaggableImage } from './taggable-image.js';

const EXIF = Buffer.from('Exif\0\0', 'latin1');
const START_OF_SCAN = 0xda;
const APP1 = 0xe1;
const APP14 = 0xee;
/** A segment's length has 16 bits and counts itself. */
const MAX_SEGMENT = 0xffff - 2;

interface Segment {
  marker: number;
  /** What follows the length. */
  data: Buffer;
  /** Marker and length included. */
  whole: Buffer;
}

interface JpegHead {
  segments: Segment[];
  /** From the start of scan to the end of the file. */
  scan: Buffer;
}

/**
 * Opens a JPEG; tags live in an APP1 segment of at most 64 KB.
 *
 * @throws an input error where the file is broken, or has other than one or three components
 */
export function openJpeg(bytes: Buffer, place: Place): TaggableImage {
  const head = headOf(bytes, place);
  const frame = head.segments.find(({ marker }) => isFrame(marker));
  if (frame === undefined || frame.data.length < 6) throw inputError('a JPEG file without a frame', place);
  const app1 = head.segments.filter(({ marker, data }) => marker === APP1 && data.indexOf(EXIF) === 0);
  if (app1.length > 1) throw inputError(`a JPEG file with ${app1.length} EXIF blocks`, place);
  return {
    format: 'jpeg',
    block: app1[0] === undefined ? emptyBlock() : readExifBlock(app1[0].data.subarray(EXIF.length), place),
    height: frame.data.readUInt16BE(1),
    width: frame.data.readUInt16BE(3),
    components: componentsOf(frame, head, place),
    write(block) {
      const exif = exifSegment(block, place);
      // Put together anew, because piexifjs takes no fill bytes between segments.
      const plain = Buffer.concat([
        bytes.subarray(0, 2),
        ...head.segments.map(({ whole }) => whole),
        head.scan,
      ]);
      return Buffer.from(piexif.insert(exif.toString('latin1'), plain.toString('latin1')), 'latin1');
    },
  };
}

function exifSegment(block: ExifBlock, place: Place): Buffer {
  const exif = Buffer.concat([EXIF, writeExifBlock(block)]);
  if (exif.length > MAX_SEGMENT)
    throw inputError(`its tags take ${exif.length} bytes, and a JPEG has room for ${MAX_SEGMENT}`, {
      ...place,
      hint: 'leave the record out with --no-record, or make TIFF or PNG',
    });
  return exif;
}

/** Start-of-frame markers, of whatever coding; the other three between them are tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** What a JPEG's components are; Adobe's segment tells RGB from YCbCr. */
function componentsOf(
  frame: Segment,
  head: JpegHead,
  place: Place,
): readonly [number, number, number, number] {
  const count = frame.data.readUInt8(5);
  if (count === 1) return [1, 0, 0, 0];
  if (count !== 3)
    throw inputError(`a JPEG file of ${count} components`, { ...place, hint: 'make it grey or RGB' });
  const adobe = head.segments.find(
    ({ marker, data }) => marker === APP14 && data.toString('latin1', 0, 5) === 'Adobe' && data.length >= 12,
  );
  return adobe?.data[11] === 0 ? [4, 5, 6, 0] : [1, 2, 3, 0];
}

/** Takes apart what comes before the coded image. */
function headOf(bytes: Buffer, place: Place): JpegHead {
  const segments: Segment[] = [];
  let at = 2;
  for (;;) {
    // Any number of fill bytes may come before a marker.
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at += 1;
    if (at + 4 > bytes.length) throw cutShort(place);
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9))
      throw inputError(`a JPEG file that is damaged at byte ${at}`, place);
    if (marker === START_OF_SCAN) break;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length || end < at + 4) throw cutShort(place);
    segments.push({ marker, data: bytes.subarray(at + 4, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  const scan = bytes.subarray(at);
  if (scan.indexOf(END_OF_IMAGE) === -1) throw cutShort(place);
  return { segments, scan };
}

const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

const cutShort = (place: Place) =>
  inputError('a JPEG file that is cut short', { ...place, hint: 'copy it again' });
