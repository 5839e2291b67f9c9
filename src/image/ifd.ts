/**
 * Image file directories (IFDs) as TIFF 6.0 section 2 has them: the skeleton of a TIFF file, and of the EXIF
 * block in JPEG and PNG. Reading trusts nothing: every offset and count may be a stranger's.
 */
import { inputError, type Place } from '../errors.js';
import { Directory } from './directory.js';

/** Types of values, with their numbers in the file (TIFF 6.0; UTF8 since Exif 3.0). */
export const BYTE = 1;
export const ASCII = 2;
export const SHORT = 3;
export const LONG = 4;
export const RATIONAL = 5;
export const SBYTE = 6;
export const UNDEFINED = 7;
export const SSHORT = 8;
export const SLONG = 9;
export const SRATIONAL = 10;
export const FLOAT = 11;
export const DOUBLE = 12;
export const IFD = 13;
export const UTF8 = 129;

/** Bytes of one value of each type, and of the units that byte order turns round. */
const SIZES: Record<number, { value: number; unit: number }> = {
  [BYTE]: { value: 1, unit: 1 },
  [ASCII]: { value: 1, unit: 1 },
  [SHORT]: { value: 2, unit: 2 },
  [LONG]: { value: 4, unit: 4 },
  [RATIONAL]: { value: 8, unit: 4 },
  [SBYTE]: { value: 1, unit: 1 },
  [UNDEFINED]: { value: 1, unit: 1 },
  [SSHORT]: { value: 2, unit: 2 },
  [SLONG]: { value: 4, unit: 4 },
  [SRATIONAL]: { value: 8, unit: 4 },
  [FLOAT]: { value: 4, unit: 4 },
  [DOUBLE]: { value: 8, unit: 8 },
  [IFD]: { value: 4, unit: 4 },
  [UTF8]: { value: 1, unit: 1 },
};

/**
 * The value of one tag. Its bytes are little-endian whatever the file's byte order is, and are not a buffer of
 * their own: making one for each of the thirty tags of an image would take longer than all else.
 */
export interface Field {
  type: number;
  /** How many values of that type. */
  count: number;
  /** The value's bytes are `size` ones of these, from `start` on. */
  bytes: Buffer;
  start: number;
  size: number;
}

export interface TiffStructure {
  littleEndian: boolean;
  /** The directories chained from the header: a page each in a TIFF file. */
  pages: Directory[];
}

/** Tag, type, count, and the value or its offset. */
export const ENTRY_SIZE = 12;
export const HEADER_SIZE = 8;

/**
 * Reads the directories chained from the header; those that tags point to (EXIF, GPS) are read with
 * {@link readDirectory}.
 *
 * @param bytes the whole file, or the whole EXIF block from its byte-order mark on
 * @throws an input error where this is no TIFF, a BigTIFF, or where a directory does not fit or makes a circle
 */
export function readTiff(bytes: Buffer, place: Place = {}): TiffStructure {
  const reader = new DirectoryReader(bytes, place);
  const pages: Directory[] = [];
  for (let offset = reader.first; offset !== 0; ) {
    const { directory, next } = reader.read(offset);
    pages.push(directory);
    offset = next;
  }
  return { littleEndian: reader.littleEndian, pages };
}

/**
 * Reads the directories of one file. It remembers how much it has read, because directories that lie over each
 * other would make a small file into endless work.
 */
export class DirectoryReader {
  readonly littleEndian: boolean;
  /** Offset of the first directory. */
  readonly first: number;
  readonly #bytes: Buffer;
  readonly #place: Place;
  readonly #seen = new Set<number>();
  #entries = 0;
  #valueBytes = 0;

  /** @throws an input error where `bytes` do not begin as a TIFF does */
  constructor(bytes: Buffer, place: Place = {}) {
    this.#bytes = bytes;
    this.#place = place;
    const order = bytes.toString('latin1', 0, 2);
    this.littleEndian = order === 'II';
    if (bytes.length < HEADER_SIZE || (order !== 'II' && order !== 'MM'))
      throw this.#error('not a TIFF file');
    const version = this.#short(2);
    if (version === 43) throw this.#error('a BigTIFF file, which is not supported');
    if (version !== 42) throw this.#error('not a TIFF file');
    this.first = this.#long(4);
    if (this.first === 0) throw this.#error('a TIFF file without a directory');
  }

  /**
   * Reads the directory at `offset`, and where the next one of its chain lies (0: none).
   *
   * @throws an input error where it does not fit, was read before, or holds a tag twice
   */
  read(offset: number): { directory: Directory; next: number } {
    const bytes = this.#bytes;
    if (this.#seen.has(offset)) throw this.#error('TIFF directories that point at each other in a circle');
    this.#seen.add(offset);
    if (offset + 2 > bytes.length)
      throw this.#error(`a TIFF directory beyond the end, at byte ${offset}`, CUT);
    const count = this.#short(offset);
    const end = offset + 2 + count * ENTRY_SIZE;
    if (end > bytes.length) throw this.#error(`a TIFF directory runs beyond the end, at byte ${offset}`, CUT);
    this.#entries += count;
    if (this.#entries * ENTRY_SIZE > bytes.length) throw this.#error('TIFF directories that overlap');
    const directory = new Directory();
    for (let entry = offset + 2; entry < end; entry += ENTRY_SIZE) {
      const tag = this.#short(entry);
      if (directory.has(tag)) throw this.#error(`tag ${tag} is there twice`);
      directory.set(tag, this.#field(tag, entry));
    }
    // Some writers leave out the closing offset where nothing follows.
    return { directory, next: end + 4 <= bytes.length ? this.#long(end) : 0 };
  }

  #field(tag: number, entry: number): Field {
    const type = this.#short(entry + 2);
    const count = this.#long(entry + 4);
    const size = SIZES[type];
    if (size === undefined) throw this.#error(`tag ${tag} has the unknown type ${type}`);
    const length = count * size.value;
    const start = length <= 4 ? entry + 8 : this.#long(entry + 8);
    if (start + length > this.#bytes.length) {
      throw this.#error(`the value of tag ${tag} lies beyond the end, at byte ${start}`, CUT);
    }
    this.#valueBytes += length;
    // Values may be shared (equal resolutions often are), but not so that they add up to more than the file.
    if (this.#valueBytes > 2 * this.#bytes.length) throw this.#error('TIFF values that overlap');
    const field = { type, count, bytes: this.#bytes, start, size: length };
    return this.littleEndian || size.unit === 1 ? field : { ...field, bytes: swapped(field), start: 0 };
  }

  #short(offset: number): number {
    return this.littleEndian ? this.#bytes.readUInt16LE(offset) : this.#bytes.readUInt16BE(offset);
  }

  #long(offset: number): number {
    return this.littleEndian ? this.#bytes.readUInt32LE(offset) : this.#bytes.readUInt32BE(offset);
  }

  #error(message: string, hint?: string): Error {
    return inputError(message, { ...this.#place, hint });
  }
}

const CUT = 'the file may be cut short; copy it again';

/** A copy of a value's bytes in the other byte order. */
export function swapped(field: Field): Buffer {
  const copy = Buffer.from(bytesOf(field));
  const unit = SIZES[field.type]?.unit;
  if (unit === 2) copy.swap16();
  else if (unit === 4) copy.swap32();
  else if (unit === 8) copy.swap64();
  return copy;
}

/** The bytes of a value, little-endian. */
export const bytesOf = ({ bytes, start, size }: Field): Buffer => bytes.subarray(start, start + size);

/**
 * The numbers of a field; a rational is its quotient. Empty for text and for bytes without a type.
 */
export function numbersOf({ type, count, bytes, start }: Field): number[] {
  const decode = DECODERS[type];
  if (decode === undefined) return [];
  const { value } = SIZES[type]!;
  const numbers = new Array<number>(count);
  for (let index = 0; index < count; index += 1) numbers[index] = decode(bytes, start + index * value);
  return numbers;
}

const DECODERS: Record<number, (bytes: Buffer, offset: number) => number> = {
  [BYTE]: (bytes, offset) => bytes.readUInt8(offset),
  [SHORT]: (bytes, offset) => bytes.readUInt16LE(offset),
  [LONG]: (bytes, offset) => bytes.readUInt32LE(offset),
  [RATIONAL]: (bytes, offset) => bytes.readUInt32LE(offset) / bytes.readUInt32LE(offset + 4),
  [SBYTE]: (bytes, offset) => bytes.readInt8(offset),
  [SSHORT]: (bytes, offset) => bytes.readInt16LE(offset),
  [SLONG]: (bytes, offset) => bytes.readInt32LE(offset),
  [SRATIONAL]: (bytes, offset) => bytes.readInt32LE(offset) / bytes.readInt32LE(offset + 4),
  [FLOAT]: (bytes, offset) => bytes.readFloatLE(offset),
  [DOUBLE]: (bytes, offset) => bytes.readDoubleLE(offset),
  [IFD]: (bytes, offset) => bytes.readUInt32LE(offset),
};

/** The first number of a tag, where the directory has it. */
export function numberOf(directory: Directory, tag: number): number | undefined {
  const field = directory.get(tag);
  if (field === undefined || field.count === 0) return undefined;
  return DECODERS[field.type]?.(field.bytes, field.start);
}

/** The text of an ASCII field, as UTF-8 (many writers use that), without what follows its first NUL. */
export function textOf({ bytes, start, size }: Field): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end === -1 ? start + size : Math.min(end, start + size));
}
