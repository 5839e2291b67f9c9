/** What is read off a sample, and how it is shown. */
import type { Sample } from './comparison.js';

export interface Figure {
  of(sample: Sample): number;
  show(figure: number): string;
}

export const seconds: Figure = {
  of: (sample) => sample.seconds,
  show: (figure) => (figure < 1 ? `${(figure * 1000).toFixed(0)} ms` : `${figure.toFixed(2)} s`),
};

/** How many of `count` things are done in a second. */
export const perSecond = (count: number): Figure => ({
  of: (sample) => count / sample.seconds,
  show: (figure) => `${figure.toFixed(0)}/s`,
});

/** Processor time for one of `count` things. */
export const cpuEach = (count: number): Figure => ({
  of: (sample) => sample.cpu / count,
  show: (figure) => `${(figure * 1000).toFixed(2)} ms`,
});

/** The most memory that a command took. */
export const memoryOf = (command: string): Figure => ({
  of(sample) {
    const bytes = sample.memory[command];
    if (bytes === undefined) throw new Error(`nothing is known of the memory of ${command}`);
    return bytes;
  },
  show: (figure) => `${(figure / 1e6).toFixed(0)} MB`,
});
