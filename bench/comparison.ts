/** What is measured against what, and how a comparison is carried out: in rounds, taking turns. */
import type { Figure } from './figures.js';
import type { Goal } from './goals.js';

/** What one run of one contestant took. */
export interface Sample {
  /** Wall clock. */
  seconds: number;
  /** Processor time of all its processes and threads, in seconds. */
  cpu: number;
  /** The most memory that each of our commands took, in bytes; only where that was asked for. */
  memory: Record<string, number>;
}

/** A line of the table: one contestant against another, in one figure. */
export interface Row {
  work: string;
  against: string;
  /** The names of the two contestants. */
  ours: string;
  theirs: string;
  figure: Figure;
  /** Their figure counts so many times: a tenth of the work, done ten times. */
  theirsTimes?: number;
  /** Compare the best of all rounds, not the middle: what is short is only ever lengthened by others. */
  best?: boolean;
  goal: Goal;
}

/** Contestants by name. Each does its work once; what it must tidy away before is its own affair. */
export type Contestants = Record<string, () => Promise<Sample>>;

export interface Comparison {
  /** The word that asks for it on the command line. */
  name: string;
  rows: Row[];
  /** So many rounds, unless `seconds` have passed before; one at least. */
  rounds: number;
  seconds: number;
  /** A first round that does not count, so that all find their files in the system's cache. */
  warmUp?: boolean;
  prepare(): Promise<Contestants>;
  /** After the first round: makes sure that the contestants did the same work. */
  check?(): Promise<void>;
}

export interface Outcome {
  row: Row;
  /** The samples of the rounds in which both took part, in pairs. */
  pairs: { ours: Sample; theirs: Sample }[];
  /** Why there is nothing to show. */
  leftOut?: string;
}

/** Carries out a comparison. What cannot be measured is left out with its reason; the others go on. */
export async function compare(comparison: Comparison, progress: (text: string) => void): Promise<Outcome[]> {
  const { name, rows, rounds, seconds } = comparison;
  const samples: Record<string, Sample[]> = {};
  const failures: Record<string, string> = {};
  let failure: string | undefined;
  try {
    progress(`${name}: prepares`);
    const contestants = await comparison.prepare();
    for (const contestant of Object.keys(contestants)) samples[contestant] = [];
    let end = performance.now() + seconds * 1000;
    const first = comparison.warmUp ? 0 : 1;
    for (let round = first; round <= rounds && (round <= 1 || performance.now() < end); round += 1) {
      progress(`${name}: ${round === 0 ? 'warms up' : `round ${round} of at most ${rounds}`}`);
      for (const [contestant, run] of Object.entries(contestants)) {
        if (failures[contestant] !== undefined) continue;
        try {
          const sample = await run();
          if (round > 0) samples[contestant]!.push(sample);
        } catch (error) {
          failures[contestant] = (error as Error).message;
        }
      }
      if (round === first) await comparison.check?.();
      if (round === 0) end = performance.now() + seconds * 1000;
    }
  } catch (error) {
    failure = (error as Error).message;
  }
  return rows.map((row) => {
    const leftOut = failure ?? failures[row.ours] ?? failures[row.theirs];
    if (leftOut !== undefined) return { row, pairs: [], leftOut };
    const theirs = samples[row.theirs]!;
    return { row, pairs: samples[row.ours]!.map((ours, round) => ({ ours, theirs: theirs[round]! })) };
  });
}
