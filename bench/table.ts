/** The results, for people and for programs. */
import type { Outcome, Row } from './comparison.js';

export interface Result {
  work: string;
  against: string;
  goal: string;
  /** Ours by theirs: the median of the rounds, or best by best. */
  ratio?: number;
  /** The least and the greatest ratio of a round. */
  spread?: [number, number];
  rounds?: number;
  /** The figures behind the ratio. */
  ours?: string;
  theirs?: string;
  /** Null where there is no goal to meet. */
  met?: boolean | null;
  aimMet?: boolean;
  /** Why it was not measured. */
  leftOut?: string;
}

export function resultOf({ row, pairs, leftOut }: Outcome): Result {
  const { work, against, figure, theirsTimes = 1, best = false } = row;
  const named = { work, against, goal: goalText(row) };
  if (leftOut !== undefined) return { ...named, leftOut };
  const ours = pairs.map((pair) => figure.of(pair.ours));
  const theirs = pairs.map((pair) => figure.of(pair.theirs) * theirsTimes);
  const ratios = ours.map((value, round) => value / theirs[round]!);
  const [middleOurs, middleTheirs] = best ? [least(ours), least(theirs)] : [median(ours), median(theirs)];
  const ratio = best ? middleOurs / middleTheirs : median(ratios);
  return {
    ...named,
    ratio: rounded(ratio),
    spread: [rounded(least(ratios)), rounded(Math.max(...ratios))],
    rounds: pairs.length,
    ours: figure.show(middleOurs),
    theirs: figure.show(middleTheirs),
    met: row.goal.met(ratio, middleOurs) ?? null,
    ...(row.goal.aim === undefined ? {} : { aimMet: row.goal.aim.met(ratio) }),
  };
}

const goalText = ({ goal }: Row): string =>
  goal.aim === undefined ? goal.text : `${goal.text}, then ${goal.aim.text}`;

export function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const least = (values: number[]): number => Math.min(...values);
const rounded = (value: number): number => Number(value.toPrecision(3));

const HEAD = ['work', 'against', 'ours', 'theirs', 'ratio', 'spread (rounds)', 'goal', 'met'];

/** The table in Markdown. */
export function tableOf(results: Result[]): string {
  const rows = results.map((result) =>
    result.leftOut === undefined
      ? [
          result.work,
          result.against,
          result.ours!,
          result.theirs!,
          `**${result.ratio}**`,
          `${result.spread!.join('–')} (${result.rounds})`,
          result.goal,
          verdict(result),
        ]
      : [result.work, result.against, '', '', '', '', result.goal, `left out: ${result.leftOut}`],
  );
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function verdict({ met, aimMet }: Result): string {
  if (met === null) return '';
  if (!met) return 'no';
  return aimMet === undefined ? 'yes' : aimMet ? 'yes, both' : 'yes, the first';
}
