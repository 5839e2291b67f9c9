import type { Directory } from '../image/directory.js';
import type { ExifBlock } from '../image/exif-block.js';
import type { Field } from '../image/ifd.js';

/** New values of tags of one directory; undefined takes a tag away. */
export type Edits = [tag: number, field: Field | undefined][];

/** What is to change in each directory. */
export interface TagEdits {
  image: Edits;
  exif: Edits;
  gps: Edits;
}

export const noEdits = (): TagEdits => ({ image: [], exif: [], gps: [] });

/** Changes a block; tags that are not named stay as they are. */
export function applyEdits(block: ExifBlock, edits: TagEdits): void {
  apply(block.image, edits.image);
  apply(block.exif, edits.exif);
  apply(block.gps, edits.gps);
}

function apply(directory: Directory, edits: Edits): void {
  for (const [tag, field] of edits) {
    if (field === undefined) directory.delete(tag);
    else directory.set(tag, field);
  }
}
