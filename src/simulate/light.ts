import type { Camera, CameraKind } from './instrument.js';
import type { Pigment } from './plankton.js';
import type { Random } from './random.js';
import type { Specimen } from './specimens.js';

/** What a particle's own pixels measure, its mask's alone. */
export interface LightMeasures {
  red: number;
  green: number;
  blue: number;
  /** Of the grey values: mean, standard deviation and sum. */
  grey: { mean: number; deviation: number; sum: number };
}

/** The part of a specimen that is seen: all but what lies outside the camera's frame. */
export interface Window {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where pixels go: rows of `stride` pixels, the window's first at `x`, `y`. */
export interface Canvas {
  pixels: Uint8Array;
  stride: number;
}

/** Side of the square of flickering water that is laid under every particle, at another place each time. */
const TILE = 256;
/** Wraps a place round the tile; a remainder would be worked out in floating point. */
const TILE_MASK = TILE - 1;

/** Black is for the gaps of a collage: no pixel of a particle is darker than this. */
const DARKEST = 6;

/** A mono camera sees what is taken from all colours alike. */
const WHITE: Pigment = [1, 1, 1];

/** Lights specimens: paints them on collages and measures what it painted. */
export class Light {
  readonly #water: Float32Array;
  readonly #mono: boolean;
  readonly #random: Random;

  constructor(kind: CameraKind, camera: Camera, random: Random) {
    this.#mono = kind === 'mono';
    this.#random = random;
    this.#water = flickeringWater(camera, random, this.#mono);
  }

  /** Paints the window of a specimen at `x`, `y`: three channels a pixel, equal ones from a mono camera. */
  paint(specimen: Specimen, window: Window, { pixels, stride }: Canvas, x: number, y: number): LightMeasures {
    const random = this.#random;
    const water = this.#water;
    const brightness = random.between(0.97, 1.01);
    const contrast = random.between(0.85, 1.1);
    const [shiftX, shiftY] = [random.whole(0, TILE - 1), random.whole(0, TILE - 1)];
    const [red, green, blue] = this.#mono ? WHITE : specimen.pigment;
    const [takesRed, takesGreen, takesBlue] = [contrast * red, contrast * green, contrast * blue];
    const { width, density } = specimen;
    const mask = specimen.mask.pixels;
    const [rows, columns] = [window.height, window.width];
    let [sumRed, sumGreen, sumBlue, sum, squares] = [0, 0, 0, 0, 0];
    for (let row = 0; row < rows; row += 1) {
      const tileRow = ((row + shiftY) & TILE_MASK) * TILE;
      const from = (window.top + row) * width + window.left;
      let to = ((y + row) * stride + x) * 3;
      for (let column = 0; column < columns; column += 1) {
        const tile = (tileRow + ((column + shiftX) & TILE_MASK)) * 3;
        const taken = density[from + column]!;
        const r = level(water[tile]! * brightness * (1 - taken * takesRed));
        const g = level(water[tile + 1]! * brightness * (1 - taken * takesGreen));
        const b = level(water[tile + 2]! * brightness * (1 - taken * takesBlue));
        pixels[to] = r;
        pixels[to + 1] = g;
        pixels[to + 2] = b;
        to += 3;
        if (mask[from + column] === 0) continue;
        const grey = greyOf(r, g, b);
        sumRed += r;
        sumGreen += g;
        sumBlue += b;
        sum += grey;
        squares += grey * grey;
      }
    }
    const area = specimen.shape.rawArea;
    const mean = sum / area;
    return {
      red: sumRed / area,
      green: sumGreen / area,
      blue: sumBlue / area,
      grey: { mean, sum, deviation: Math.sqrt(Math.max(0, squares / area - mean * mean)) },
    };
  }

  /** A frame of clear water in grey, one channel a pixel: what a camera takes before a run to compare with. */
  clearFrame({ width, height }: { width: number; height: number }): Uint8Array {
    const frame = new Uint8Array(width * height);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1)
        frame[y * width + x] = level(this.#water[((y & TILE_MASK) * TILE + (x & TILE_MASK)) * 3]!);
    }
    return frame;
  }
}

const level = (brightness: number): number =>
  brightness < DARKEST ? DARKEST : brightness >= 255 ? 255 : (brightness + 0.5) | 0;

/**
 * Grey as VisualSpreadsheet sees it: the weights of BT.601 with red and blue exchanged, in 14-bit fixed point (that is
 * OpenCV's conversion from BGR, given RGB).
 */
const greyOf = (red: number, green: number, blue: number): number =>
  (1868 * red + 9617 * green + 4899 * blue + 8192) >> 14;

/** Clear water: its brightness by pixel and channel, flickering softly from one to the next. */
function flickeringWater({ water, noise }: Camera, random: Random, mono: boolean): Float32Array {
  const values = new Float32Array(TILE * TILE * 3);
  const channels = mono ? 1 : 3;
  for (let channel = 0; channel < channels; channel += 1) {
    const raw = Float32Array.from({ length: TILE * TILE }, () => random.normal());
    for (let i = 0; i < raw.length; i += 1) {
      const [right, below] = [i - (i % TILE) + ((i + 1) % TILE), (i + TILE) % raw.length];
      // The mean of three flickers less than one: √3 makes up for it.
      const flicker = ((raw[i]! + raw[right]! + raw[below]!) / 3) * Math.sqrt(3) * noise;
      values[i * 3 + channel] = water[channel]! + flicker;
      if (mono) values[i * 3 + 1] = values[i * 3 + 2] = values[i * 3]!;
    }
  }
  return values;
}
