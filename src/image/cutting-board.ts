import type { Pixels, Rectangle } from './pixels.js';

/** Room for the largest pieces that are cut the fast way; a particle takes some kB. */
const ROOM = 2 ** 20;

/**
 * Where an image lies while thousands of pieces are cut out of it.
 *
 * The rows of a piece are gathered in a room behind the image, in the same memory, because `copyWithin` is four
 * times as fast as any other copying of so few bytes: a collage's 45,000 rows took 3 ms, and 12 ms with
 * `Buffer.copy`, `set` or a loop. The memory serves one image after the other.
 */
export class CuttingBoard {
  #bytes = new Uint8Array(0);
  #image: Pixels | undefined;

  /** Lays an image on the board, in place of the one before; it is copied. */
  lay(image: Pixels): void {
    const size = image.data.length;
    if (this.#bytes.length < size + ROOM)
      this.#bytes = new Uint8Array(Buffer.allocUnsafeSlow(size + ROOM).buffer);
    this.#bytes.set(image.data);
    this.#image = { ...image, data: Buffer.from(this.#bytes.buffer, 0, size) };
  }

  /** The image on the board. */
  get image(): Pixels {
    if (this.#image === undefined) throw new Error('nothing lies on the cutting board');
    return this.#image;
  }

  /** Takes the image away: nothing can be cut out of it any more. */
  clear(): void {
    this.#image = undefined;
  }

  /** The pixels within a rectangle, copied; the rectangle must lie within the image. */
  cut({ x, y, width, height }: Rectangle): Pixels {
    const { image } = this;
    const end = image.data.length;
    const pixelBytes = image.channels * (image.depth / 8);
    const [stride, rowBytes] = [image.width * pixelBytes, width * pixelBytes];
    const piece = { ...image, width, height, data: Buffer.allocUnsafe(rowBytes * height) };
    const first = y * stride + x * pixelBytes;
    if (piece.data.length > ROOM) {
      for (let row = 0; row < height; row += 1)
        image.data.copy(piece.data, row * rowBytes, first + row * stride, first + row * stride + rowBytes);
      return piece;
    }
    let to = end;
    for (let from = first; to < end + piece.data.length; from += stride, to += rowBytes)
      this.#bytes.copyWithin(to, from, from + rowBytes);
    piece.data.set(this.#bytes.subarray(end, to));
    return piece;
  }
}
