/** What the ratios should be. They are judged in the table, and nowhere else. */

export interface Goal {
  text: string;
  /** What the figures say of it; undefined where there is nothing to meet. */
  met(ratio: number, ours: number): boolean | undefined;
  /** A further aim beyond the goal. */
  aim?: { text: string; met(ratio: number): boolean };
}

export const atMost = (most: number, aim?: number): Goal => ({
  text: `≤ ${most}`,
  met: (ratio) => ratio <= most,
  ...(aim === undefined ? {} : { aim: { text: `≤ ${aim}`, met: (ratio: number) => ratio <= aim } }),
});

export const atLeast = (least: number): Goal => ({
  text: `≥ ${least}`,
  met: (ratio) => ratio >= least,
});

/** Nothing to meet; what is expected is said all the same. */
export const expected = (text: string): Goal => ({ text, met: () => undefined });

/** Bytes that a command may take whatever it does. */
const MOST = 300e6;
/** Bytes a particle for what must be remembered: ids, names, keys. */
const A_PARTICLE = 64;
const GROWTH = 1.15;

/** Memory that does not grow with the run, but for what must be remembered of each of its particles. */
export const flat = (particles: number): Goal => ({
  text: `≤ ${GROWTH} and ${A_PARTICLE} bytes a particle; ≤ ${MOST / 1e6} MB`,
  met: (ratio, ours) => ours <= (GROWTH * ours) / ratio + A_PARTICLE * particles && ours <= MOST,
});
