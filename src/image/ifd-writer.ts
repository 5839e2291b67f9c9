/**
 * Lays out directories as a TIFF structure: header, each directory followed by its values, then image data.
 * Entries are sorted and everything begins on a word boundary, as TIFF 6.0 asks; the same directories always
 * give the same bytes.
 */
import { longs } from './fields.js';
import { type Directory, ENTRY_SIZE, type Field, HEADER_SIZE, swapped } from './ifd.js';

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
  tree: DirectoryTree;
  offset: number;
  /** All tags, ascending. */
  tags: number[];
  /** The offsets that tags hold, of directories and of image data. */
  pointers: Map<number, number[]>;
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
  const bytes = Buffer.alloc(size);
  const writer = littleEndian ? LITTLE : BIG;
  bytes.write(littleEndian ? 'II' : 'MM', 'latin1');
  writer.short(bytes, 42, 2);
  writer.long(bytes, HEADER_SIZE, 4);
  for (const placed of order) {
    writeDirectory(bytes, placed, writer);
    const { data } = placed.tree;
    if (data === undefined) continue;
    const offsets = placed.pointers.get(data.offsetsTag)!;
    for (let index = 0; index < offsets.length; index += 1) bytes.set(data.pieces[index]!, offsets[index]!);
  }
  return bytes;
}

function writeDirectory(
  bytes: Buffer,
  { tree, offset, tags, pointers, next }: Placed,
  writer: ByteOrder,
): void {
  const { short, long, value } = writer;
  short(bytes, tags.length, offset);
  let at = offset + 2;
  let values = at + tags.length * ENTRY_SIZE + 4;
  for (const tag of tags) {
    const pointer = pointers.get(tag);
    const field = pointer === undefined ? tree.fields.get(tag)! : longs(...pointer);
    short(bytes, tag, at);
    short(bytes, field.type, at + 2);
    long(bytes, field.count, at + 4);
    if (field.size <= 4) value(bytes, field, at + 8);
    else {
      long(bytes, values, at + 8);
      value(bytes, field, values);
      values = even(values + field.size);
    }
    at += ENTRY_SIZE;
  }
  long(bytes, next, at);
}

/** Gives a directory, its values and then what hangs on it their places from `offset` on; returns the end. */
function place(tree: DirectoryTree, offset: number, order: Placed[]): number {
  const { fields, children, data, next } = tree;
  const tags: number[] = [];
  const pointers = new Map<number, number[]>();
  const placed: Placed = { tree, offset, tags, pointers, next: 0 };
  order.push(placed);
  if (data !== undefined) pointers.set(data.offsetsTag, new Array<number>(data.pieces.length).fill(0));
  if (children !== undefined) for (const tag of children.keys()) pointers.set(tag, [0]);

  let end = offset + 2 + (fields.size + pointers.size) * ENTRY_SIZE + 4;
  for (const [tag, { size }] of fields) {
    tags.push(tag);
    if (size > 4) end = even(end + size);
  }
  for (const [tag, offsets] of pointers) {
    tags.push(tag);
    if (offsets.length > 1) end += offsets.length * 4;
  }
  tags.sort((a, b) => a - b);
  if (children !== undefined) {
    for (const [tag, child] of children) {
      pointers.set(tag, [end]);
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
  for (const { tree, pointers } of order) {
    if (tree.data === undefined) continue;
    const offsets = pointers.get(tree.data.offsetsTag)!;
    tree.data.pieces.forEach((piece, index) => {
      offsets[index] = even(end);
      end = even(end) + piece.length;
    });
  }
  return end;
}

interface ByteOrder {
  short(bytes: Buffer, value: number, offset: number): void;
  long(bytes: Buffer, value: number, offset: number): void;
  value(bytes: Buffer, field: Field, offset: number): void;
}

const LITTLE: ByteOrder = {
  short: (bytes, value, offset) => bytes.writeUInt16LE(value, offset),
  long: (bytes, value, offset) => bytes.writeUInt32LE(value, offset),
  value(target, { bytes, start, size }, offset) {
    // For the few bytes of most values, a call into native code takes longer than the copying.
    if (size > 16) bytes.copy(target, offset, start, start + size);
    else for (let at = 0; at < size; at += 1) target[offset + at] = bytes[start + at]!;
  },
};

const BIG: ByteOrder = {
  short: (bytes, value, offset) => bytes.writeUInt16BE(value, offset),
  long: (bytes, value, offset) => bytes.writeUInt32BE(value, offset),
  value: (target, field, offset) => target.set(swapped(field), offset),
};
