import { inputError, type Place } from '../errors.js';
import { readExifBlock, writeExifBlock } from './exif-block.js';
import { numberOf } from './ifd.js';
import type { TaggableImage } from './taggable-image.js';
import * as TAG from './tags.js';

/**
 * Opens a TIFF file of one page. Its image data, in strips or tiles and in whatever compression, is carried
 * over as it is.
 *
 * @throws an input error where the file is broken, has several pages, or keeps its data in a way of its own
 */
export function openTiff(bytes: Buffer, place: Place): TaggableImage {
  const block = readExifBlock(bytes, place);
  if (block.rest.length > 0)
    throw inputError(`a TIFF file of ${block.rest.length + 1} pages`, {
      ...place,
      hint: 'split it into files of one page: tiffsplit FILE',
    });
  const width = numberOf(block.image, TAG.IMAGE_WIDTH);
  const height = numberOf(block.image, TAG.IMAGE_LENGTH);
  if (!width || !height || block.data === undefined)
    throw inputError('a TIFF file without a size or without image data', place);
  if (block.data.offsetsTag === TAG.JPEG_OFFSET || numberOf(block.image, TAG.COMPRESSION) === 6)
    throw inputError('a TIFF file with JPEG data in the old way (compression 6)', place);
  return { format: 'tiff', block, width, height, write: writeExifBlock };
}
