/**
 * The one EXIF model for all containers: a TIFF structure whose first directory points to the Exif and GPS
 * directories. A TIFF file is such a block itself; JPEG and PNG carry one.
 */
import { inputError, type Place } from '../errors.js';
import { Directory } from './directory.js';
import { DirectoryReader, IFD, numberOf, numbersOf } from './ifd.js';
import { type DirectoryTree, writeTiffStructure } from './ifd-writer.js';
import * as TAG from './tags.js';

export interface ExifBlock {
  littleEndian: boolean;
  /** The first directory (IFD0). */
  image: Directory;
  exif: Directory;
  gps: Directory;
  interoperability: Directory;
  /** Image data that belongs to the first directory: all of it in a TIFF file. */
  data: DirectoryTree['data'];
  /** Further directories of the chain: a thumbnail in JPEG, other pages in TIFF. */
  rest: DirectoryTree[];
}

/** A block without any tag. */
export const emptyBlock = (): ExifBlock => ({
  littleEndian: true,
  image: new Directory(),
  exif: new Directory(),
  gps: new Directory(),
  interoperability: new Directory(),
  data: undefined,
  rest: [],
});

/** Tags that only say where something lies: read into the model, and written anew. */
const DATA_POINTERS = [
  { offsetsTag: TAG.STRIP_OFFSETS, sizesTag: TAG.STRIP_BYTE_COUNTS },
  { offsetsTag: TAG.TILE_OFFSETS, sizesTag: TAG.TILE_BYTE_COUNTS },
  { offsetsTag: TAG.JPEG_OFFSET, sizesTag: TAG.JPEG_LENGTH },
];

/** Tags whose values hold offsets that would no longer be true, with what they are. */
const NOT_MOVABLE = new Map([
  [330, 'SubIFDs'],
  [400, 'GlobalParametersIFD'],
  [519, 'JPEGQTables'],
  [520, 'JPEGDCTables'],
  [521, 'JPEGACTables'],
  [TAG.MAKER_NOTE, 'a MakerNote'],
  // Where they belong they are read and written anew; anywhere else nobody knows what they mean.
  [TAG.EXIF_POINTER, 'a misplaced Exif directory'],
  [TAG.GPS_POINTER, 'a misplaced GPS directory'],
  [TAG.INTEROPERABILITY_POINTER, 'a misplaced interoperability directory'],
]);

/**
 * Reads a block from its byte-order mark on.
 *
 * @throws an input error where it is broken, or holds what cannot be moved without breaking it, by name
 */
export function readExifBlock(bytes: Buffer, place: Place): ExifBlock {
  const reader = new DirectoryReader(bytes, place);
  const { directory: image, next } = reader.read(reader.first);
  const exif = pointed(reader, image, TAG.EXIF_POINTER);
  const block: ExifBlock = {
    littleEndian: reader.littleEndian,
    image,
    exif,
    gps: pointed(reader, image, TAG.GPS_POINTER),
    interoperability: pointed(reader, exif, TAG.INTEROPERABILITY_POINTER),
    data: takeData(image, bytes, place),
    rest: [],
  };
  for (let offset = next; offset !== 0; ) {
    const { directory, next: following } = reader.read(offset);
    block.rest.push({ fields: directory, ...dataOf(takeData(directory, bytes, place)) });
    offset = following;
  }
  for (const directory of directoriesOf(block)) checkMovable(directory, place);
  return block;
}

/** Writes a block; a TIFF file if it has a page's data. Directories without a tag are left out. */
export function writeExifBlock({
  littleEndian,
  image,
  exif,
  gps,
  interoperability,
  data,
  rest,
}: ExifBlock): Buffer {
  const root: DirectoryTree = { fields: image, children: new Map(), ...dataOf(data) };
  if (exif.size > 0 || interoperability.size > 0) {
    const child: DirectoryTree = { fields: exif };
    if (interoperability.size > 0)
      child.children = new Map([[TAG.INTEROPERABILITY_POINTER, { fields: interoperability }]]);
    root.children!.set(TAG.EXIF_POINTER, child);
  }
  if (gps.size > 0) root.children!.set(TAG.GPS_POINTER, { fields: gps });
  let last = root;
  for (const tree of rest) {
    last.next = { ...tree };
    last = last.next;
  }
  return writeTiffStructure(root, littleEndian);
}

const dataOf = (data: DirectoryTree['data']) => (data === undefined ? {} : { data });

const directoriesOf = (block: ExifBlock): Directory[] => [
  block.image,
  block.exif,
  block.gps,
  block.interoperability,
  ...block.rest.map((tree) => tree.fields),
];

/** The directory that a tag points to, or an empty one; the tag itself is taken out. */
function pointed(reader: DirectoryReader, from: Directory, tag: number): Directory {
  const offset = numberOf(from, tag);
  if (offset === undefined) return new Directory();
  from.delete(tag);
  return reader.read(offset).directory;
}

/** Takes out the tag that says where image data lies, and gives the data itself. */
function takeData(directory: Directory, bytes: Buffer, place: Place): DirectoryTree['data'] {
  // They list unused parts of the old file, of which the new one has none.
  directory.delete(TAG.FREE_OFFSETS);
  directory.delete(TAG.FREE_BYTE_COUNTS);
  const present = DATA_POINTERS.filter(({ offsetsTag }) => directory.has(offsetsTag));
  if (present.length === 0) return undefined;
  if (present.length > 1) throw notMovable('image data of two kinds', place);
  const { offsetsTag, sizesTag } = present[0]!;
  const offsets = numbersOf(directory.get(offsetsTag)!);
  const sizesField = directory.get(sizesTag);
  const sizes = sizesField === undefined ? [] : numbersOf(sizesField);
  if (offsets.length !== sizes.length)
    throw inputError(
      `${offsets.length} offsets of image data (tag ${offsetsTag}), ${sizes.length} sizes`,
      place,
    );
  directory.delete(offsetsTag);
  let total = 0;
  const pieces = offsets.map((offset, index) => {
    const end = offset + sizes[index]!;
    total += sizes[index]!;
    if (end > bytes.length || total > bytes.length)
      throw inputError('image data beyond the end of the file', {
        ...place,
        hint: 'the file may be cut short; copy it again',
      });
    return bytes.subarray(offset, end);
  });
  return { offsetsTag, pieces };
}

function checkMovable(directory: Directory, place: Place): void {
  const { tags, fields } = directory;
  for (let at = 0; at < tags.length; at += 1) {
    const name = NOT_MOVABLE.get(tags[at]!) ?? (fields[at]!.type === IFD ? 'a directory' : undefined);
    if (name !== undefined) throw notMovable(`${name} (tag ${tags[at]})`, place);
  }
}

const notMovable = (what: string, place: Place) =>
  inputError(`holds ${what}, which cannot be carried over`, {
    ...place,
    hint: 'save the image anew without it',
  });
