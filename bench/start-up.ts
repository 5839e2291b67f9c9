/** How long a command takes to answer, against node doing nothing. */
import type { Comparison, Contestants, Row } from './comparison.js';
import { seconds } from './figures.js';
import { atMost } from './goals.js';
import { measure } from './measure.js';

const COMMANDS = ['fc-lst2csv', 'fc-decollage', 'fc-exif', 'fc-upload', 'fc-simulate'];

export function startUp(): Comparison {
  const nothing = 'node -e 0';
  const row = (line: string, most: number): Row => ({
    work: `\`${line}\``,
    against: `\`${nothing}\``,
    ours: line,
    theirs: nothing,
    figure: seconds,
    best: true,
    goal: atMost(most),
  });
  const versions = COMMANDS.map((command) => `${command} --version`);
  const helps = COMMANDS.map((command) => `${command} --help`);
  return {
    name: 'start-up',
    rounds: 25,
    seconds: 60,
    warmUp: true,
    rows: [...versions.map((line) => row(line, 1.2)), ...helps.map((line) => row(line, 2))],
    async prepare(): Promise<Contestants> {
      const lines = [nothing, ...versions, ...helps];
      return Object.fromEntries(lines.map((line) => [line, () => measure(line)]));
    },
  };
}
