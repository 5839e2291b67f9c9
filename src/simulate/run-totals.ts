import type { LocalTime } from './clock.js';
import type { Camera } from './instrument.js';

/** What a run's side files tell about it as a whole. */
export interface RunTotals {
  /** When the run was started and ended, on the wall of the laboratory. */
  start: LocalTime;
  end: LocalTime;
  /** Minutes ahead of UTC. */
  utcOffset: number;
  /** Time spent taking frames, in milliseconds. */
  imaging: number;
  /** Frames taken, and those with particles in them. */
  frames: number;
  usedFrames: number;
  /** Particles seen; more than the list holds where blanks were removed. */
  particles: number;
}

/** The water that was imaged, in ml: the accepted part of all frames times the depth of the flow cell. */
export function imagedVolume(
  { accepted, calibration, flowCell, volumeFactor }: Camera,
  frames: number,
): number {
  const { left, right, top, bottom } = accepted;
  const area = (right - left + 1) * (bottom - top + 1) * calibration ** 2 * 1e-8;
  return area * flowCell.depth * 1e-4 * frames * volumeFactor;
}

/** A part of a whole; of nothing it is 0. */
export const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
