import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crop, oneChannel, type Pixels } from '../../src/image/pixels.js';
import { cropOf, greyNoise, noise } from '../support/rasters.js';

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

test('a crop is what a pixel-by-pixel copy is, in every format, at every place', () => {
  for (const [channels, depth] of [
    [1, 8],
    [3, 8],
    [1, 16],
  ] as const) {
    // biome-ignore format: pairs
    const raster = noise(23, 17, channels, depth);
    const image: Pixels = { width: 23, height: 17, channels, depth, data: raster.data };
    fc.assert(
      fc.property(within(23, 17), ({ x, y, width, height }) => {
        const expected = cropOf(raster, { image_x: x, image_y: y, image_w: width, image_h: height });
        expect(crop(image, { x, y, width, height })).toEqual({
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

test('one channel stands for three only where they are equal everywhere', () => {
  const { data } = greyNoise(5, 4);
  const image: Pixels = { width: 5, height: 4, channels: 3, depth: 8, data };
  expect(oneChannel(image)).toEqual({ width: 5, height: 4, channels: 1, depth: 8, data: noise(5, 4).data });
  for (let at = 0; at < data.length; at += 1) {
    const other = Buffer.from(data);
    other[at]! ^= 1;
    expect(oneChannel({ ...image, data: other })).toBeUndefined();
  }
  const grey: Pixels = { width: 5, height: 4, channels: 1, depth: 8, data: noise(5, 4).data };
  expect(oneChannel(grey)).toBe(grey);
});
