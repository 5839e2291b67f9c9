import { draw } from './drawing.js';
import { blobsOf, type Mask } from './mask.js';
import { type Pigment, randomBody } from './plankton.js';
import type { Random } from './random.js';
import { measureShape, type ShapeMeasures } from './shape-measures.js';

/** A particle before it meets the camera. */
export interface Specimen {
  kind: string;
  /** Of the mask's box and the border round it, in pixels. */
  width: number;
  height: number;
  /** How much light it takes, by pixel; a little below 0 where its halo brightens the water. */
  density: Float32Array;
  mask: Mask;
  pigment: Pigment;
  shape: ShapeMeasures;
}

/** What takes more light than this is the particle: the camera's threshold. */
const THRESHOLD = 0.2;

/** Smaller blobs are noise that no FlowCam keeps, in pixels. */
const SMALLEST_BLOB = 6;

/** Larger images would not fit the smallest collages (256 pixels), in pixels along a side. */
const LARGEST_IMAGE = 240;

/** How many specimens are drawn at most; a longer run shows them again, in another light and at other places. */
const LIBRARY_SIZE = 2048;

/** The specimens of a run: each is drawn when first needed and then kept. */
export class Specimens {
  readonly #random: Random;
  readonly #border: number;
  readonly #drawn: Specimen[] = [];

  /** @param border pixels between a particle's outermost pixels and the edge of its image */
  constructor(random: Random, border: number) {
    this.#random = random;
    this.#border = border;
  }

  /** The next specimen: a new one while there are few, then any of those. */
  next(): Specimen {
    if (this.#drawn.length === LIBRARY_SIZE) return this.#drawn[this.#random.whole(0, LIBRARY_SIZE - 1)]!;
    const specimen = drawSpecimen(this.#random, this.#border);
    this.#drawn.push(specimen);
    return specimen;
  }
}

function drawSpecimen(random: Random, border: number): Specimen {
  for (;;) {
    const { kind, parts, pigment } = randomBody(random);
    const { width, height, density } = draw(parts, border + 4, random);
    const mask = maskOf(density, width, height);
    const box = boxOf(mask, border);
    if (box === undefined || Math.max(box.width, box.height) > LARGEST_IMAGE) continue;
    const cropped = crop(mask.pixels, width, box);
    const size = { width: box.width, height: box.height };
    return {
      kind,
      ...size,
      density: crop(density, width, box),
      mask: { ...size, pixels: cropped },
      pigment,
      shape: measureShape({ ...size, pixels: cropped }),
    };
  }
}

/** What passes the threshold, in blobs that are large enough. */
function maskOf(density: Float32Array, width: number, height: number): Mask {
  const mask = { width, height, pixels: new Uint8Array(density.length) };
  for (let i = 0; i < density.length; i += 1) mask.pixels[i] = density[i]! > THRESHOLD ? 1 : 0;
  for (const { members } of blobsOf(mask)) {
    if (members.length < SMALLEST_BLOB) for (const member of members) mask.pixels[member] = 0;
  }
  return mask;
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The smallest box round a mask, and a border round that; undefined where the mask is empty. */
function boxOf({ width, pixels }: Mask, border: number): Box | undefined {
  let [left, top, right, bottom] = [width, -1, -1, -1];
  for (let i = pixels.indexOf(1); i >= 0; i = pixels.indexOf(1, i + 1)) {
    const x = i % width;
    bottom = (i - x) / width;
    if (top < 0) top = bottom;
    left = Math.min(left, x);
    right = Math.max(right, x);
  }
  if (top < 0) return undefined;
  return {
    left: left - border,
    top: top - border,
    width: right - left + 1 + 2 * border,
    height: bottom - top + 1 + 2 * border,
  };
}

function crop<T extends Uint8Array | Float32Array>(
  values: T,
  stride: number,
  { left, top, width, height }: Box,
): T {
  const result = new (values.constructor as new (length: number) => T)(width * height);
  for (let y = 0; y < height; y += 1) {
    const start = (top + y) * stride + left;
    result.set(values.subarray(start, start + width), y * width);
  }
  return result;
}
