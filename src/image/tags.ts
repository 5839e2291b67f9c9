/** Numbers of the tags that the toolkit reads and writes, by directory (TIFF 6.0, Exif 2.32). */

// The first directory: what TIFF needs to show an image, and what both standards keep there.
export const IMAGE_WIDTH = 256;
export const IMAGE_LENGTH = 257;
export const BITS_PER_SAMPLE = 258;
export const COMPRESSION = 259;
export const PHOTOMETRIC = 262;
export const IMAGE_DESCRIPTION = 270;
export const MAKE = 271;
export const MODEL = 272;
export const STRIP_OFFSETS = 273;
export const ORIENTATION = 274;
export const SAMPLES_PER_PIXEL = 277;
export const ROWS_PER_STRIP = 278;
export const STRIP_BYTE_COUNTS = 279;
export const X_RESOLUTION = 282;
export const Y_RESOLUTION = 283;
export const PLANAR_CONFIGURATION = 284;
export const FREE_OFFSETS = 288;
export const FREE_BYTE_COUNTS = 289;
export const RESOLUTION_UNIT = 296;
export const SOFTWARE = 305;
export const PREDICTOR = 317;
export const TILE_OFFSETS = 324;
export const TILE_BYTE_COUNTS = 325;
export const EXTRA_SAMPLES = 338;
export const SAMPLE_FORMAT = 339;
export const JPEG_OFFSET = 513;
export const JPEG_LENGTH = 514;
export const YCBCR_POSITIONING = 531;

// Tags that point to other directories.
export const EXIF_POINTER = 34665;
export const GPS_POINTER = 34853;
export const INTEROPERABILITY_POINTER = 40965;

// The Exif directory.
export const EXIF_VERSION = 36864;
export const DATE_TIME_ORIGINAL = 36867;
export const DATE_TIME_DIGITIZED = 36868;
export const OFFSET_TIME_ORIGINAL = 36881;
export const OFFSET_TIME_DIGITIZED = 36882;
export const COMPONENTS_CONFIGURATION = 37121;
export const MAKER_NOTE = 37500;
export const USER_COMMENT = 37510;
export const SUB_SEC_TIME_ORIGINAL = 37521;
export const SUB_SEC_TIME_DIGITIZED = 37522;
export const WATER_DEPTH = 37891;
export const FLASHPIX_VERSION = 40960;
export const COLOR_SPACE = 40961;
export const EXIF_IMAGE_WIDTH = 40962;
export const EXIF_IMAGE_HEIGHT = 40963;
export const IMAGE_UNIQUE_ID = 42016;
export const BODY_SERIAL_NUMBER = 42033;

// The GPS directory.
export const GPS_VERSION_ID = 0;
export const GPS_LATITUDE_REF = 1;
export const GPS_LATITUDE = 2;
export const GPS_LONGITUDE_REF = 3;
export const GPS_LONGITUDE = 4;
export const GPS_ALTITUDE_REF = 5;
export const GPS_ALTITUDE = 6;
export const GPS_TIME_STAMP = 7;
export const GPS_MAP_DATUM = 18;
export const GPS_PROCESSING_METHOD = 27;
export const GPS_DATE_STAMP = 29;
