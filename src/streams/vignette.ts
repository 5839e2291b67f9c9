import type { Sidecar } from './sidecar.js';

/** One small image of one particle, with what is known of it, on its way between steps. */
export interface Vignette {
  /** Common base name of its files, without extension; may hold dots. */
  name: string;
  /** The particle's record and what later steps added; absent where an archive holds bare images. */
  sidecar?: Sidecar;
  image: VignetteImage;
  /** The binary mask, a PNG of the same size: 255 where the particle is. */
  mask?: Uint8Array;
}

export interface VignetteImage {
  /** Extension as in the archive, without its dot: `tif`, `png`, `jpeg`, … */
  extension: string;
  bytes: Uint8Array;
}
