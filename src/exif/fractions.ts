/** Numbers as the fractions of 32-bit whole numbers that EXIF has. */
import type { Fraction } from '../image/fields.js';

const MOST_UNSIGNED = 2 ** 32 - 1;

/** 10^-7 of a second of arc is 3 micrometres on the ground; more digits than anybody has. */
const SECOND = 1e7;

/**
 * An angle without its sign as degrees, minutes and seconds: whole degrees and minutes, and seconds in as few
 * decimals as hold the angle, seven at most.
 *
 * @param angle decimal degrees
 */
export function degreesMinutesSeconds(angle: number): [Fraction, Fraction, Fraction] {
  const total = Math.round(Math.abs(angle) * 3600 * SECOND);
  const degrees = Math.floor(total / (3600 * SECOND));
  const minutes = Math.floor(total / (60 * SECOND)) - degrees * 60;
  const seconds = total - (degrees * 60 + minutes) * 60 * SECOND;
  return [[degrees, 1], [minutes, 1], shortened(seconds, SECOND)];
}

/** A number of metres, exact to a hundredth of a millimetre. */
export const metresFraction = (metres: number): Fraction => shortened(Math.round(metres * 1e5), 1e5);

/** Takes tens out of a fraction whose denominator is a power of ten. */
function shortened(numerator: number, denominator: number): Fraction {
  let [over, under] = [numerator, denominator];
  while (under > 1 && over % 10 === 0) {
    over /= 10;
    under /= 10;
  }
  return [over, under];
}

/**
 * Pixels per centimetre of the object. The calibration has four decimals in a list, so that 10^8 over the
 * calibration times 10^4 is exact.
 *
 * @param calibration micrometres per pixel
 * @returns undefined where no fraction of 32-bit numbers holds it, as for a calibration of nothing
 */
export function pixelsPerCentimetre(calibration: number): Fraction | undefined {
  if (!(calibration > 0)) return undefined;
  const tenThousandths = calibration * 1e4;
  const whole = Math.round(tenThousandths);
  const fraction: Fraction =
    Math.abs(tenThousandths - whole) < 1e-6 ? [1e8, whole] : closest(1e4 / calibration);
  const [over, under] = fraction;
  return over >= 1 && over <= MOST_UNSIGNED && under >= 1 && under <= MOST_UNSIGNED ? fraction : undefined;
}

/** The number with the greatest denominator that leaves room for the numerator. */
function closest(value: number): Fraction {
  const denominator = Math.max(1, Math.min(MOST_UNSIGNED, Math.floor(MOST_UNSIGNED / value)));
  return [Math.round(value * denominator), denominator];
}
