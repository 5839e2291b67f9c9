import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { degreesMinutesSeconds, metresFraction, pixelsPerCentimetre } from '../../src/exif/fractions.js';

const quotient = ([over, under]: readonly [number, number]): number => over / under;

describe('angles as degrees, minutes and seconds', () => {
  test('54.0143 and 2.7770 are held exactly, in few digits', () => {
    expect(degreesMinutesSeconds(54.0143)).toEqual([
      [54, 1],
      [0, 1],
      [5148, 100],
    ]);
    expect(degreesMinutesSeconds(-2.777)).toEqual([
      [2, 1],
      [46, 1],
      [372, 10],
    ]);
    expect(degreesMinutesSeconds(180)).toEqual([
      [180, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  test('every angle is held to a millionth of a millionth of a circle, in 32 bits', () => {
    fc.assert(
      fc.property(fc.double({ min: -180, max: 180, noNaN: true }), (angle) => {
        const [degrees, minutes, seconds] = degreesMinutesSeconds(angle);
        const held = quotient(degrees) + quotient(minutes) / 60 + quotient(seconds) / 3600;
        expect(Math.abs(held - Math.abs(angle))).toBeLessThan(1e-10);
        expect(quotient(minutes)).toBeLessThan(60);
        expect(quotient(seconds)).toBeLessThan(60);
        for (const part of [degrees, minutes, seconds].flat()) expect(part >>> 0).toBe(part);
      }),
    );
  });
});

describe('pixels per centimetre', () => {
  test('a calibration of four decimals is exact', () => {
    expect(pixelsPerCentimetre(0.5544)).toEqual([100_000_000, 5544]);
    expect(pixelsPerCentimetre(9.25)).toEqual([100_000_000, 92_500]);
  });

  test('one of more decimals is held to a billionth', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1000, noNaN: true }), (calibration) => {
        const held = quotient(pixelsPerCentimetre(calibration)!);
        expect(Math.abs((held * calibration) / 1e4 - 1)).toBeLessThan(1e-7);
      }),
    );
  });

  test('a calibration that is none has no answer', () => {
    for (const none of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e30, 1e-30])
      expect(pixelsPerCentimetre(none)).toBeUndefined();
  });
});

test('depths are exact to a hundredth of a millimetre', () => {
  expect(metresFraction(20)).toEqual([20, 1]);
  expect(metresFraction(0)).toEqual([0, 1]);
  expect(metresFraction(5.25)).toEqual([525, 100]);
  expect(metresFraction(12_000)).toEqual([12_000, 1]);
  expect(quotient(metresFraction(0.00001))).toBe(0.00001);
});
