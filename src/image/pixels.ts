/** An image in memory: rows from top to bottom, samples of a pixel side by side, nothing between rows. */
export interface Pixels {
  width: number;
  height: number;
  /** 1 is grey, 3 is RGB. */
  channels: 1 | 3;
  /** Bits a sample; samples of 16 bits are in the machine's byte order. */
  depth: 8 | 16;
  data: Buffer;
}

export interface Rectangle {
  /** Pixels from the left and the top, from 0. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * One channel of an image whose three are equal, as from a mono camera.
 *
 * @returns undefined where they differ anywhere
 */
export function oneChannel(image: Pixels): Pixels | undefined {
  if (image.channels === 1) return image;
  // RGB has 8 bits in all that we accept.
  const { data } = image;
  const grey = Buffer.allocUnsafe(data.length / 3);
  for (let to = 0, from = 0; to < grey.length; to += 1, from += 3) {
    const value = data[from]!;
    if (data[from + 1] !== value || data[from + 2] !== value) return undefined;
    grey[to] = value;
  }
  return { ...image, channels: 1, data: grey };
}
