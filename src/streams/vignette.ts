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

/** Where vignettes go: an archive, or a folder. */
export interface VignetteSink {
  /**
   * Takes a vignette; a promise where it must be waited for before the next one.
   *
   * @throws an output error, perhaps that of an earlier vignette; in the promise or at once
   */
  write(vignette: Vignette): Promise<void> | undefined;
  /** Resolves when everything is written. Only a producer that did all its work may call it: it makes an archive whole. */
  end(): Promise<void>;
}
