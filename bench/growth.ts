/** What a long run takes, against a short one: memory that stays flat, and time in proportion. */
import type { Comparison, Row } from './comparison.js';
import { memoryOf, seconds } from './figures.js';
import { atMost, flat } from './goals.js';
import type { Ground } from './ground.js';
import { measure } from './measure.js';

const FEW = 10_000;
/** What a store takes in a minute or two; a million where there is time. */
const UPLOADED = 50_000;

const many = (ground: Ground): number => (ground.full ? 1_000_000 : 100_000);
const count = (particles: number): string => particles.toLocaleString('en-GB');

const memoryRow = (command: string, particles: number): Row => ({
  work: `peak memory of \`${command}\`, ${count(particles)} simulated particles`,
  against: `the same of ${count(FEW)}`,
  ours: 'many',
  theirs: 'few',
  figure: memoryOf(command),
  goal: flat(particles),
});

/** Measured while the runs for the others are made. */
export function simulation(ground: Ground): Comparison {
  const made = async (particles: number) => (await ground.simulated(particles)).sample;
  return {
    name: 'simulation',
    rounds: 1,
    seconds: 0,
    rows: [memoryRow('fc-simulate', many(ground))],
    prepare: async () => ({ few: () => made(FEW), many: () => made(many(ground)) }),
  };
}

export function growth(ground: Ground): Comparison {
  const times = many(ground) / FEW;
  return {
    name: 'growth',
    rounds: 3,
    seconds: ground.full ? 1800 : 60,
    rows: [
      ...['fc-lst2csv', 'fc-decollage', 'fc-exif'].map((command) => memoryRow(command, many(ground))),
      {
        work: `time of the three for ${count(many(ground))} particles`,
        against: `${times} times that for ${count(FEW)}`,
        ours: 'many',
        theirs: 'few',
        figure: seconds,
        theirsTimes: times,
        goal: atMost(1.1),
      },
    ],
    async prepare() {
      const tagged = async (particles: number) =>
        measure('fc-lst2csv "$RUN" --quiet --format ndjson | fc-decollage --quiet | fc-exif --quiet', {
          env: { RUN: (await ground.simulated(particles)).folder },
          memory: true,
        });
      return { few: () => tagged(FEW), many: () => tagged(many(ground)) };
    },
  };
}

/** Apart from the others, because the store is slower than they are. */
export function uploadGrowth(ground: Ground): Comparison {
  const particles = ground.full ? many(ground) : UPLOADED;
  return {
    name: 'upload-growth',
    rounds: 1,
    seconds: 0,
    rows: [memoryRow('fc-upload', particles)],
    async prepare() {
      const { bucket: BUCKET, env } = await ground.gateway();
      const { folder: RUN } = await ground.simulated(many(ground));
      const uploaded = (number: number) =>
        measure(
          'fc-lst2csv "$RUN" --quiet --format ndjson | head -n "$NUMBER" | fc-decollage --quiet |' +
            ' fc-exif --quiet | fc-upload --quiet --bucket "$BUCKET" --prefix "growth-$NUMBER"',
          { env: { ...env, BUCKET, RUN, NUMBER: String(number) }, memory: true },
        );
      return { few: () => uploaded(FEW), many: () => uploaded(particles) };
    },
  };
}
