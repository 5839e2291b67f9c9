import { expect, test } from 'vitest';
import { oneChannel, type Pixels } from '../../src/image/pixels.js';
import { greyNoise, noise } from '../support/rasters.js';

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
