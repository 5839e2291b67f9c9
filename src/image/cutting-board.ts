import type { Pixels, Rectangle } from './pixels.js';

/** Room for the largest pieces that are cut the fast way; a particle takes some kB. */
const ROOM = 2 ** 20;

/**
 * An image that thousands of pieces are cut out of.
 *
 * The rows of a piece are gathered in a room behind the image, in the same memory, because `copyWithin` is four
 * times as fast as any other copying of so few bytes: a collage's 45,000 rows took 3 ms, and 12 ms with
 * `Buffer.copy`, `set` or a loop.
 */
export class CuttingBoard {
  readonly image: Pixels;
  readonly #bytes: Uint8Array;

  constructor(image: Pixels) {
    this.#bytes = new Uint8Array(Buffer.allocUnsafeSlow(image.data.length + ROOM).buffer);
    this.#bytes.set(image.data);
    this.image = { ...image, data: Buffer.from(this.#bytes.buffer, 0, image.data.length) };
  }

  /** The pixels within a rectangle, copied; the rectangle must lie within the image. */
  cut({ x, y, width, height }: Rectangle): Pixels {
    const { image } = this;
    const pixelBytes = image.channels * (image.depth / 8);
    const [stride, rowBytes] = [image.width * pixelBytes, width * pixelBytes];
    const piece = { ...image, width, height, data: Buffer.allocUnsafe(rowBytes * height) };
    const first = y * stride + x * pixelBytes;
    if (piece.data.length > ROOM) {
      for (let row = 0; row < height; row += 1)
        image.data.copy(piece.data, row * rowBytes, first + row * stride, first + row * stride + rowBytes);
      return piece;
    }
    let to = image.data.length;
    for (let from = first; to < image.data.length + piece.data.length; from += stride, to += rowBytes)
      this.#bytes.copyWithin(to, from, from + rowBytes);
    piece.data.set(this.#bytes.subarray(image.data.length, to));
    return piece;
  }
}
