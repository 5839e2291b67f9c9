import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CuttingBoard } from '../../src/image/cutting-board.js';
import type { Pixels } from '../../src/image/pixels.js';
import { cropOf, noise } from '../support/rasters.js';

/** A rectangle within an image of this size. */
const within = (width: number, height: number) =>
  fc
    .tuple(fc.nat(width - 1), fc.nat(height - 1), fc.nat(width - 1), fc.nat(height - 1))
    .map(([a, b, c, d]) => ({
      x: Math.min(a, c),
      y: Math.min(b, d),
      width: Math.abs(a - c) + 1,
      height: Math.abs(b - d) + 1,
    }));

test('a piece is what a pixel-by-pixel copy is, in every format, at every place, one image after the other', () => {
  const board = new CuttingBoard();
  for (const [channels, depth] of [
    [1, 8],
    [3, 8],
    [1, 16],
  ] as const) {
    // biome-ignore format: pairs
    const raster = noise(23, 17, channels, depth);
    const image: Pixels = { width: 23, height: 17, channels, depth, data: raster.data };
    board.lay(image);
    fc.assert(
      fc.property(within(23, 17), ({ x, y, width, height }) => {
        const expected = cropOf(raster, { image_x: x, image_y: y, image_w: width, image_h: height });
        expect(board.cut({ x, y, width, height })).toEqual({
          width,
          height,
          channels,
          depth,
          data: expected.data,
        });
      }),
    );
  }
});

test('a piece of several megabytes too', () => {
  const raster = noise(1500, 900, 3, 8);
  const image: Pixels = { width: 1500, height: 900, channels: 3, depth: 8, data: raster.data };
  const expected = cropOf(raster, { image_x: 1, image_y: 2, image_w: 1499, image_h: 898 });
  const board = new CuttingBoard();
  board.lay(image);
  expect(board.cut({ x: 1, y: 2, width: 1499, height: 898 }).data.equals(expected.data)).toBe(true);
  expect(board.image.data.equals(raster.data)).toBe(true);
});

test('nothing is cut out of an image that was taken away', () => {
  const board = new CuttingBoard();
  board.lay({ width: 2, height: 1, channels: 1, depth: 8, data: Buffer.from([1, 2]) });
  board.clear();
  expect(() => board.cut({ x: 0, y: 0, width: 1, height: 1 })).toThrow('nothing lies on the cutting board');
});
