/** `RUN_000001.tif`, `LIST_images_000001.tif` of a re-saved list, `LIBRARY_lib_images_000001.tif`. */
const COLLAGE_NAME = /^(.+?)(?:_lib_images|_images)?_\d{6}\.tiff?$/is;

/**
 * The name that VisualSpreadsheet gave the run, list or library, from the name of one of its collages.
 *
 * @returns undefined where the name follows no such pattern
 */
export const runOfCollage = (collage: string): string | undefined => COLLAGE_NAME.exec(collage)?.[1];

/** The name of the mask collage that belongs to a collage: `RUN_000001_bin.tif`. */
export const maskOfCollage = (collage: string): string => collage.replace(/(\.[^.]*)?$/, '_bin$1');
