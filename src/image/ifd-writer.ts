/**
 * Lays out directories as a TIFF structure: header, each directory followed by its values, then image data.
 * Entries are sorted and everything begins on a word boundary, as TIFF 6.0 asks; the same directories always
 * give the same bytes.
 */

import type { Directory } from './directory.js';
import { longs } from './fields.js';
import { ENTRY_SIZE, type Field, HEADER_SIZE, swapped } from './ifd.js';

/** A directory with what hangs on it. */
export interface DirectoryTree {
  /** The fields, without those that only say where something lies. */
  fields: Directory;
  /** Directories that a tag of this one points to. */
  children?: Map<number, DirectoryTree>;
  /** Image data, and the tag that says where its pieces lie; the tag with their sizes is among the fields. */
  data?: { offsetsTag: number; pieces: Uint8Array[] };
  /** The next directory of the chain. */
  next?: DirectoryTree | undefined;
}

/** A directory with its place in the file. */
interface Placed {
  offset: number;
  /** All fields, with those that say where something lies. */
  fields: Directory;
  data: DirectoryTree['data'];
  /** Where the next directory of the chain lies; 0 where there is none. */
  next: number;
}

const even = (offset: number): number => offset + (offset & 1);

/**
 * Writes the tree as one TIFF structure: a file, or an EXIF block.
 *
 * @param littleEndian the byte order; pieces of image data are taken to be in it already
 */
export function writeTiffStructure(root: DirectoryTree, littleEndian = true): Buffer {
  const order: Placed[] = [];
  const size = placeData(order, place(root, HEADER_SIZE, order));
  const bytes = Buffer.allocUnsafe(size);
  const writer = littleEndian ? LITTLE : BIG;
  bytes.write(littleEndian ? 'II' : 'MM', 'latin1');
  writer.short(bytes, 42, 2);
  writer.long(bytes, HEADER_SIZE, 4);
  for (const placed of order) writeDirectory(bytes, placed, writer);
  for (const { data, fields } of order) {
    if (data === undefined) continue;
    const offsets = fields.get(data.offsetsTag)!;
    for (const [index, piece] of data.pieces.entries()) {
      const at = offsets.bytes.readUInt32LE(index * 4);
      bytes.set(piece, at);
      // The byte before an even place may be nobody's.
      if (piece.length % 2 === 1 && at + piece.length < size) bytes[at + piece.length] = 0;
    }
  }
  return bytes;
}

function writeDirectory(bytes: Buffer, { fields: directory, offset, next }: Placed, writer: ByteOrder): void {
  const { short, long, value } = writer;
  const { tags, fields } = directory;
  short(bytes, tags.length, offset);
  let at = offset + 2;
  let values = at + tags.length * ENTRY_SIZE + 4;
  for (let index = 0; index < tags.length; index += 1, at += ENTRY_SIZE) {
    const field = fields[index]!;
    const { size } = field;
    short(bytes, tags[index]!, at);
    short(bytes, field.type, at + 2);
    long(bytes, field.count, at + 4);
    if (size <= 4) {
      long(bytes, 0, at + 8);
      value(bytes, field, at + 8);
      continue;
    }
    long(bytes, values, at + 8);
    value(bytes, field, values);
    values += size;
    if (values % 2 === 1) {
      bytes[values] = 0;
      values += 1;
    }
  }
  long(bytes, next, at);
}

/** Gives a directory, its values and then what hangs on it their places from `offset` on; returns the end. */
function place(tree: DirectoryTree, offset: number, order: Placed[]): number {
  const { children, data, next } = tree;
  const fields = tree.fields.copy();
  const placed: Placed = { offset, fields, data, next: 0 };
  order.push(placed);
  // Known only when all before it have their places.
  if (data !== undefined) fields.set(data.offsetsTag, longs(...data.pieces.map(() => 0)));
  if (children !== undefined) for (const tag of children.keys()) fields.set(tag, longs(0));

  let end = offset + 2 + fields.size * ENTRY_SIZE + 4;
  for (const { size } of fields.fields) if (size > 4) end = even(end + size);
  if (children !== undefined) {
    for (const [tag, child] of children) {
      fields.get(tag)!.bytes.writeUInt32LE(end);
      end = place(child, end, order);
    }
  }
  if (next !== undefined) {
    placed.next = end;
    end = place(next, end, order);
  }
  return end;
}

/** Gives image data its place after the directories; returns the size of the whole. */
function placeData(order: Placed[], start: number): number {
  let end = start;
  for (const { data, fields } of order) {
    if (data === undefined) continue;
    const offsets = fields.get(data.offsetsTag)!;
    for (const [index, piece] of data.pieces.entries()) {
      offsets.bytes.writeUInt32LE(even(end), index * 4);
      end = even(end) + piece.length;
    }
  }
  return end;
}

interface ByteOrder {
  short(bytes: Buffer, value: number, offset: number): void;
  long(bytes: Buffer, value: number, offset: number): void;
  value(bytes: Buffer, field: Field, offset: number): void;
}

// A call of Buffer's own methods checks more than it writes, and an image has two hundred such numbers.
const LITTLE: ByteOrder = {
  short(bytes, value, offset) {
    bytes[offset] = value;
    bytes[offset + 1] = value >>> 8;
  },
  long(bytes, value, offset) {
    bytes[offset] = value;
    bytes[offset + 1] = value >>> 8;
    bytes[offset + 2] = value >>> 16;
    bytes[offset + 3] = value >>> 24;
  },
  value(target, { bytes, start, size }, offset) {
    // For the few bytes of most values, a call into native code takes longer than the copying.
    if (size > 64) bytes.copy(target, offset, start, start + size);
    else for (let at = 0; at < size; at += 1) target[offset + at] = bytes[start + at]!;
  },
};

const BIG: ByteOrder = {
  short: (bytes, value, offset) => bytes.writeUInt16BE(value, offset),
  long: (bytes, value, offset) => bytes.writeUInt32BE(value, offset),
  value: (target, field, offset) => target.set(swapped(field), offset),
};
