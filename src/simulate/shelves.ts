/** Black pixels between particles on a collage. */
export const GAP = 2;

/**
 * Packs rectangles as VisualSpreadsheet does: from left to right on shelves, two pixels apart; the next shelf begins
 * two pixels under the tallest rectangle of the one above.
 */
export class Shelves {
  readonly #side: number;
  readonly #margin: number;
  #x: number;
  #y: number;
  #tallest = 0;
  #right = 0;
  #bottom = 0;

  /**
   * @param side largest width and height of the whole, in pixels
   * @param margin black pixels round the whole: 0 on captured collages, 2 on re-saved ones
   */
  constructor(side: number, margin: number) {
    this.#side = side;
    this.#margin = margin;
    this.#x = margin;
    this.#y = margin;
  }

  /** Puts a rectangle on the shelves; undefined where there is no room left for it. */
  place(width: number, height: number): { x: number; y: number } | undefined {
    const end = this.#side - this.#margin;
    if (this.#x + width > end) {
      const below = this.#y + this.#tallest + GAP;
      if (this.#margin + width > end || this.#tallest === 0 || below + height > end) return undefined;
      this.#x = this.#margin;
      this.#y = below;
      this.#tallest = 0;
    }
    if (this.#y + height > end) return undefined;
    const place = { x: this.#x, y: this.#y };
    this.#x += width + GAP;
    this.#tallest = Math.max(this.#tallest, height);
    this.#right = Math.max(this.#right, place.x + width);
    this.#bottom = Math.max(this.#bottom, place.y + height);
    return place;
  }

  /** Size of what is packed so far, margins included. */
  get size(): { width: number; height: number } {
    return { width: this.#right + this.#margin, height: this.#bottom + this.#margin };
  }
}
