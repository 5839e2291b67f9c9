import { printable } from '../shell/printable.js';

/** What became of one run. */
export interface Outcome {
  title: string;
  state: 'done' | 'up to date' | 'failed' | 'not made';
  /** What was made, or why not. */
  words: string;
}

/** Longer titles push the other columns aside only for themselves. */
const WIDEST_TITLE = 60;

/** The table that closes `make all`: a line for each run, and how many of each. */
export function closingTable(outcomes: Outcome[]): string {
  const rows = outcomes.map(
    ({ title, state, words }) => [printable(title), state, printable(words)] as const,
  );
  const width = Math.min(WIDEST_TITLE, Math.max(...rows.map(([title]) => title.length)));
  const lines = rows.map(([title, state, words]) => `${title.padEnd(width)}  ${state.padEnd(10)}  ${words}`);
  const counts = (['done', 'up to date', 'failed', 'not made'] as const)
    .map((state) => [outcomes.filter((outcome) => outcome.state === state).length, state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${state}`);
  return `${[...lines, counts.join(', ')].map((line) => line.trimEnd()).join('\n')}\n`;
}
