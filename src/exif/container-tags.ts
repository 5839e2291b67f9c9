import type { Directory } from '../image/directory.js';
import { longs, rationals, shorts, untyped } from '../image/fields.js';
import { bytesOf, type Field } from '../image/ifd.js';
import type { TaggableImage } from '../image/taggable-image.js';
import * as TAG from '../image/tags.js';

/** Exif 2.32: the first with the depth of water and offsets from UTC is 2.31. */
const EXIF_VERSION = untyped(Buffer.from('0232', 'latin1'));
const FLASHPIX_VERSION = untyped(Buffer.from('0100', 'latin1'));
/** Nobody calibrates the colours of a FlowCam. */
const UNCALIBRATED = shorts(0xffff);
const ONE_PIXEL_PER_UNIT = rationals([1, 1]);
const NO_UNIT = shorts(1);
const CENTERED = shorts(1);

/** What JPEG says in its own way; in its EXIF these are left over from the TIFF that it was made from. */
const TIFF_ONLY = [
  TAG.IMAGE_WIDTH,
  TAG.IMAGE_LENGTH,
  TAG.BITS_PER_SAMPLE,
  TAG.COMPRESSION,
  TAG.PHOTOMETRIC,
  TAG.SAMPLES_PER_PIXEL,
  TAG.ROWS_PER_STRIP,
  TAG.PLANAR_CONFIGURATION,
];
/** What TIFF says in its first directory; many programs write it here as well, and validators warn. */
const NOT_IN_TIFF = [TAG.COMPONENTS_CONFIGURATION, TAG.EXIF_IMAGE_WIDTH, TAG.EXIF_IMAGE_HEIGHT];

/**
 * Adds the tags that a container wants of every image, whatever is known of it: those of the versions, a
 * resolution (1 without a unit where it is not known), and in JPEG its size and components. What describes the
 * pixels of another container is taken out.
 */
export function setContainerTags({ block, format, width, height, components }: TaggableImage): void {
  const { image, exif } = block;
  const version = exif.get(TAG.EXIF_VERSION);
  if (version === undefined || !isNewer(bytesOf(version).toString('latin1')))
    exif.set(TAG.EXIF_VERSION, EXIF_VERSION);
  setWhereAbsent(exif, TAG.FLASHPIX_VERSION, FLASHPIX_VERSION);
  setWhereAbsent(exif, TAG.COLOR_SPACE, UNCALIBRATED);
  if (!image.has(TAG.X_RESOLUTION) || !image.has(TAG.Y_RESOLUTION)) {
    image.set(TAG.X_RESOLUTION, ONE_PIXEL_PER_UNIT);
    image.set(TAG.Y_RESOLUTION, ONE_PIXEL_PER_UNIT);
    image.set(TAG.RESOLUTION_UNIT, NO_UNIT);
  }
  if (format === 'tiff') for (const tag of NOT_IN_TIFF) exif.delete(tag);
  if (format !== 'jpeg') return;
  for (const tag of TIFF_ONLY) image.delete(tag);
  setWhereAbsent(image, TAG.YCBCR_POSITIONING, CENTERED);
  setWhereAbsent(exif, TAG.COMPONENTS_CONFIGURATION, untyped(Buffer.from(components!)));
  exif.set(TAG.EXIF_IMAGE_WIDTH, longs(width));
  exif.set(TAG.EXIF_IMAGE_HEIGHT, longs(height));
}

const isNewer = (version: string): boolean => /^\d{4}$/.test(version) && version > '0232';

function setWhereAbsent(directory: Directory, tag: number, field: Field): void {
  if (!directory.has(tag)) directory.set(tag, field);
}
