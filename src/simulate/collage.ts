import type { Sighting } from './frames.js';
import type { Light, LightMeasures } from './light.js';
import { Shelves } from './shelves.js';

/** What collages are painted on, one after the other: a square, black at first. */
export class Sheet {
  /** Pixels along each side. */
  readonly side: number;
  /** Three channels a pixel. */
  readonly pixels: Uint8Array;
  /** One channel a pixel, 255 where particles are; absent where no masks are asked for. */
  readonly mask: Uint8Array | undefined;

  constructor(side: number, { masks }: { masks: boolean }) {
    this.side = side;
    this.pixels = new Uint8Array(side * side * 3);
    this.mask = masks ? new Uint8Array(side * side) : undefined;
  }

  /** Makes it black again. */
  clear(): void {
    this.pixels.fill(0);
    this.mask?.fill(0);
  }
}

/** Where a particle's image went, and what its pixels measure. */
export interface Painted {
  x: number;
  y: number;
  light: LightMeasures;
}

/** A collage being filled. */
export class Collage {
  /** Name of its file, without extension. */
  readonly name: string;
  readonly sheet: Sheet;
  readonly #shelves: Shelves;

  /** @param margin black pixels round the whole */
  constructor(name: string, sheet: Sheet, margin: number) {
    this.name = name;
    this.sheet = sheet;
    this.#shelves = new Shelves(sheet.side, margin);
  }

  /** Size in pixels of what is painted so far. */
  get size(): { width: number; height: number } {
    return this.#shelves.size;
  }

  /** Paints a particle on the next free place; undefined where the collage is full. */
  add(sighting: Sighting, light: Light): Painted | undefined {
    const { specimen, window } = sighting;
    const place = this.#shelves.place(window.width, window.height);
    if (place === undefined) return undefined;
    const canvas = { pixels: this.sheet.pixels, stride: this.sheet.side };
    this.#addMask(sighting, place);
    return { ...place, light: light.paint(specimen, window, canvas, place.x, place.y) };
  }

  #addMask({ specimen, window }: Sighting, { x, y }: { x: number; y: number }): void {
    const { mask, side } = this.sheet;
    if (mask === undefined) return;
    for (let row = 0; row < window.height; row += 1) {
      const from = (window.top + row) * specimen.width + window.left;
      const to = (y + row) * side + x;
      for (let column = 0; column < window.width; column += 1)
        mask[to + column] = specimen.mask.pixels[from + column]! * 255;
    }
  }
}
