/** Tags as JSON: under the names of the Exif standard, with values that a person or jq can use. */
import type { Place } from '../errors.js';
import type { Directory } from '../image/directory.js';
import type { ExifBlock } from '../image/exif-block.js';
import { ASCII, bytesOf, type Field, numberOf, numbersOf, textOf, UNDEFINED, UTF8 } from '../image/ifd.js';
import { openImage } from '../image/taggable-image.js';
import * as TAG from '../image/tags.js';
import type { Vignette } from '../streams/vignette.js';
import { filesOf } from '../streams/vignette-stream.js';
import { readCodedText } from './text.js';

type Describe = (field: Field, directory: Directory) => unknown;

const version: Describe = (field) => bytesOf(field).toString('latin1');

const hex: Describe = (field) => bytesOf(field).toString('hex');

const plain: Describe = (field, directory) => {
  if (field.type === ASCII || field.type === UTF8) return textOf(field);
  if (field.type === UNDEFINED) return hex(field, directory);
  const numbers = numbersOf(field);
  return numbers.length === 1 ? numbers[0] : numbers;
};

const bytes: Describe = (field) => [...bytesOf(field)];

/** Text behind a character code: the record as the object it is, other ASCII as text, the rest as hex digits. */
const coded: Describe = (field, directory) => {
  const text = readCodedText(field);
  if (text === undefined) return hex(field, directory);
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Degrees, minutes and seconds as decimal degrees, negative by the reference. */
const angle =
  (reference: number, negative: string): Describe =>
  (field, directory) => {
    const [degrees = Number.NaN, minutes = 0, seconds = 0] = numbersOf(field);
    const sign = textOf(directory.get(reference) ?? field) === negative ? -1 : 1;
    // More digits are the noise of the divisions.
    return sign * Number((degrees + minutes / 60 + seconds / 3600).toFixed(10));
  };

const altitude: Describe = (field, directory) => {
  const [metres = Number.NaN] = numbersOf(field);
  return numberOf(directory, TAG.GPS_ALTITUDE_REF) === 1 ? -metres : metres;
};

const timeOfDay: Describe = (field) =>
  numbersOf(field)
    .map((part) => String(part).padStart(2, '0'))
    .join(':');

type Names = Map<number, [name: string, describe?: Describe]>;

const IMAGE: Names = new Map([
  [TAG.IMAGE_WIDTH, ['ImageWidth']],
  [TAG.IMAGE_LENGTH, ['ImageLength']],
  [TAG.BITS_PER_SAMPLE, ['BitsPerSample']],
  [TAG.COMPRESSION, ['Compression']],
  [TAG.PHOTOMETRIC, ['PhotometricInterpretation']],
  [TAG.IMAGE_DESCRIPTION, ['ImageDescription']],
  [TAG.MAKE, ['Make']],
  [TAG.MODEL, ['Model']],
  [TAG.ORIENTATION, ['Orientation']],
  [TAG.SAMPLES_PER_PIXEL, ['SamplesPerPixel']],
  [TAG.ROWS_PER_STRIP, ['RowsPerStrip']],
  [TAG.X_RESOLUTION, ['XResolution']],
  [TAG.Y_RESOLUTION, ['YResolution']],
  [TAG.PLANAR_CONFIGURATION, ['PlanarConfiguration']],
  [TAG.RESOLUTION_UNIT, ['ResolutionUnit']],
  [TAG.SOFTWARE, ['Software']],
  [306, ['DateTime']],
  [315, ['Artist']],
  [TAG.PREDICTOR, ['Predictor']],
  [TAG.EXTRA_SAMPLES, ['ExtraSamples']],
  [TAG.SAMPLE_FORMAT, ['SampleFormat']],
  [TAG.YCBCR_POSITIONING, ['YCbCrPositioning']],
  [33432, ['Copyright']],
]);

const EXIF: Names = new Map([
  [TAG.EXIF_VERSION, ['ExifVersion', version]],
  [TAG.DATE_TIME_ORIGINAL, ['DateTimeOriginal']],
  [TAG.DATE_TIME_DIGITIZED, ['DateTimeDigitized']],
  [36880, ['OffsetTime']],
  [TAG.OFFSET_TIME_ORIGINAL, ['OffsetTimeOriginal']],
  [TAG.OFFSET_TIME_DIGITIZED, ['OffsetTimeDigitized']],
  [TAG.COMPONENTS_CONFIGURATION, ['ComponentsConfiguration', bytes]],
  [TAG.USER_COMMENT, ['UserComment', coded]],
  [37520, ['SubSecTime']],
  [TAG.SUB_SEC_TIME_ORIGINAL, ['SubSecTimeOriginal']],
  [TAG.SUB_SEC_TIME_DIGITIZED, ['SubSecTimeDigitized']],
  [TAG.WATER_DEPTH, ['WaterDepth']],
  [TAG.FLASHPIX_VERSION, ['FlashpixVersion', version]],
  [TAG.COLOR_SPACE, ['ColorSpace']],
  [TAG.EXIF_IMAGE_WIDTH, ['ExifImageWidth']],
  [TAG.EXIF_IMAGE_HEIGHT, ['ExifImageHeight']],
  [TAG.IMAGE_UNIQUE_ID, ['ImageUniqueID']],
  [TAG.BODY_SERIAL_NUMBER, ['BodySerialNumber']],
]);

const GPS: Names = new Map([
  [TAG.GPS_VERSION_ID, ['GPSVersionID', (field) => numbersOf(field).join('.')]],
  [TAG.GPS_LATITUDE_REF, ['GPSLatitudeRef']],
  [TAG.GPS_LATITUDE, ['GPSLatitude', angle(TAG.GPS_LATITUDE_REF, 'S')]],
  [TAG.GPS_LONGITUDE_REF, ['GPSLongitudeRef']],
  [TAG.GPS_LONGITUDE, ['GPSLongitude', angle(TAG.GPS_LONGITUDE_REF, 'W')]],
  [TAG.GPS_ALTITUDE_REF, ['GPSAltitudeRef']],
  [TAG.GPS_ALTITUDE, ['GPSAltitude', altitude]],
  [TAG.GPS_TIME_STAMP, ['GPSTimeStamp', timeOfDay]],
  [TAG.GPS_MAP_DATUM, ['GPSMapDatum']],
  [TAG.GPS_PROCESSING_METHOD, ['GPSProcessingMethod', coded]],
  [TAG.GPS_DATE_STAMP, ['GPSDateStamp']],
]);

/** They only say where image data lies. */
const LEFT_OUT = new Set([TAG.STRIP_BYTE_COUNTS, TAG.TILE_BYTE_COUNTS, TAG.JPEG_LENGTH]);

/**
 * All tags of an image's three directories. Tags without a name here go by directory and number, `GPS 9`; bytes
 * of no known meaning are hex digits.
 */
export function describeTags(block: ExifBlock): Record<string, unknown> {
  const tags: Record<string, unknown> = {};
  for (const [directory, names, title] of [
    [block.image, IMAGE, 'IFD0'],
    [block.exif, EXIF, 'Exif'],
    [block.gps, GPS, 'GPS'],
  ] as const) {
    for (const [tag, field] of directory) {
      if (directory === block.image && LEFT_OUT.has(tag)) continue;
      const [name = `${title} ${tag}`, describe = plain] = names.get(tag) ?? [];
      tags[name] = describe(field, directory);
    }
  }
  return tags;
}

/**
 * The tags of a vignette's image, and of its mask, after the vignette's name and the file's.
 *
 * @throws an input error for images that cannot be read
 */
export async function* describeVignette(
  { name, image, mask }: Vignette,
  placeOf: (file: string) => Place,
): AsyncGenerator<Record<string, unknown>> {
  const files = { name, image, ...(mask === undefined ? {} : { mask }) };
  for (const { path, bytes } of filesOf(files)) {
    const place = placeOf(path);
    const extension = path.slice(path.lastIndexOf('.') + 1);
    const { block } = await openImage(bytes, extension, place);
    yield { name, file: place.entry ?? place.file, ...describeTags(block) };
  }
}
