/**
 * Command-line options as values with a type of their own. Every value reaches us as the string the person
 * typed and is parsed and range-checked here: yargs alone lets NaN through, turns repeated options into
 * arrays and a folder called `1e3` into 1000.
 */
import { availableParallelism } from 'node:os';
import { usageError } from '../errors.js';
import { LIMITS } from '../limits.js';

export interface Option<T> {
  /** One line for `--help`. */
  describe: string;
  /** What stands for the value in `--help`, such as `FILE`; flags have none. */
  placeholder?: string;
  /** Turns the typed string into a value; throws an Error whose message completes "--name …". */
  parse?: (text: string) => T;
  /** The value where the option is not given. */
  fallback: T;
  /** The heading under which `--help` lists the option. */
  group?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the table holds options of every type
export type OptionTable = Record<string, Option<any>>;

/** The values of a table of options, by the options' own names. */
export type OptionValues<T extends OptionTable> = {
  [K in keyof T]: T[K] extends Option<infer V> ? V : never;
};

/** An option without a value. */
export const flag = (describe: string): Option<boolean> => ({ describe, fallback: false });

/** An option with a value, undefined where it is not given. */
export const value = <T>(
  placeholder: string,
  describe: string,
  parse: (text: string) => T,
): Option<T | undefined> => ({ placeholder, describe, parse, fallback: undefined });

/** An option with a value, with a default. */
export const valueOr = <T>(
  fallback: T,
  placeholder: string,
  describe: string,
  parse: (text: string) => T,
): Option<T> => ({ placeholder, describe, parse, fallback });

/** Any text but an empty one. */
export function text(typed: string): string {
  if (typed === '') throw new Error('needs a value');
  return typed;
}

/** One of a few words. */
export const oneOf =
  <const W extends readonly string[]>(...words: W) =>
  (typed: string): W[number] => {
    if (!words.includes(typed)) throw new Error(`must be one of ${words.join(', ')}, not "${typed}"`);
    return typed;
  };

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A finite decimal number from `least` to `most`. */
export const number =
  (least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY) =>
  (typed: string): number => {
    const parsed = DECIMAL.test(typed) ? Number(typed) : Number.NaN;
    if (!Number.isFinite(parsed)) throw new Error(`must be a number, not "${typed}"`);
    if (parsed < least || parsed > most) throw new Error(`must be from ${least} to ${most}, not ${typed}`);
    return parsed;
  };

/** A whole number from `least` to `most`. */
export const integer =
  (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  (typed: string): number => {
    if (!/^[+-]?\d+$/.test(typed)) throw new Error(`must be a whole number, not "${typed}"`);
    const parsed = Number(typed);
    if (parsed < least || parsed > most) throw new Error(`must be from ${least} to ${most}, not ${typed}`);
    return parsed;
  };

const UNITS: Record<string, number> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A number of bytes from `least` to `most`: `65536`, `16MiB`, `16M`, `1G` (binary units). */
export const bytes =
  (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  (typed: string): number => {
    const match = /^(\d+)\s*([KMGT]?)(?:i?B)?$/i.exec(typed);
    const parsed = match ? Number(match[1]) * UNITS[match[2]!.toUpperCase()]! : Number.NaN;
    if (!Number.isSafeInteger(parsed)) throw new Error(`must be a size such as 16MiB, not "${typed}"`);
    if (parsed < least || parsed > most)
      throw new Error(`must be from ${least} to ${most} bytes, not ${typed}`);
    return parsed;
  };

/** `--on-error`: what a bad record does. */
export const onError = valueOr(
  'stop',
  'stop|skip',
  'what a bad record does: end the command (status 3), or be reported, counted and left out (status 1)',
  oneOf('stop', 'skip'),
);

/** `--skipped`: where the skipped records are listed. */
export const skipped = value('FILE', 'with --on-error skip, list what was skipped as NDJSON in FILE', text);

/** `--expect`: how many there must be. */
export const expect = value('N', 'fail with status 3 unless there are exactly N', integer(0));

/** `--allow-empty`: no records at all are fine. */
export const allowEmpty = flag('take no records at all as success');

/** How many things to do at once where nothing is said: polite on shared nodes, at most four. */
export function defaultJobs(environment: NodeJS.ProcessEnv = process.env): number {
  const asked = environment.FC_JOBS;
  if (asked === undefined || asked === '') return Math.min(4, availableParallelism());
  try {
    return integer(1, 256)(asked);
  } catch (error) {
    throw usageError(`FC_JOBS ${(error as Error).message}`);
  }
}

/** `--jobs`: how much to do at once. */
export const jobs = value(
  'N',
  'how much to do at once (default: FC_JOBS, or the number of cores, at most 4)',
  integer(1, 256),
);

/** A bound on what is taken of a stranger's input. */
const limit = (
  placeholder: string,
  describe: string,
  fallback: number,
  parse: (typed: string) => number,
) => ({
  ...valueOr(fallback, placeholder, describe, parse),
  group: 'Limits',
});

/** What a text, or an image, can have at most in memory. */
const [MOST_TEXT, MOST_IMAGE] = [2 ** 28, 2 ** 31];

/** `--max-line-bytes`: how long lines may be. */
export const maxLineBytes = limit('SIZE', 'refuse longer lines', LIMITS.lineBytes, bytes(1, MOST_TEXT));

/** `--max-fields`: how many fields a list may have. */
export const maxFields = limit('N', 'refuse lists of more fields', LIMITS.fields, integer(1, 10_000));

/** `--max-header-bytes`: how long extended headers in archives may be. */
export const maxHeaderBytes = limit(
  'SIZE',
  'refuse archives with longer extended headers',
  LIMITS.headerBytes,
  bytes(1, MOST_TEXT),
);

/** `--max-entry-bytes`: how large images may be, in archives and on disk. */
export const maxEntryBytes = limit(
  'SIZE',
  'refuse larger entries of archives, and larger images',
  LIMITS.entryBytes,
  bytes(1, MOST_IMAGE),
);

/** `--max-file-bytes`: how large the small files may be that are read whole. */
export const maxFileBytes = limit(
  'SIZE',
  'refuse larger sidecars, side files, tables and settings',
  LIMITS.fileBytes,
  bytes(1, MOST_TEXT),
);

/** `--max-pixels`: how many pixels a collage may have. */
export const maxPixels = limit(
  'N',
  'refuse collages of more pixels',
  LIMITS.pixels,
  integer(1, 1_000_000_000),
);

/** `--max-answer-bytes`: how much a store may answer. */
export const maxAnswerBytes = limit(
  'SIZE',
  'refuse longer answers of the store',
  LIMITS.answerBytes,
  bytes(1, MOST_TEXT),
);
/** Options that every command has. */
export const COMMON = {
  help: flag('show this help'),
  version: flag('show the version'),
  quiet: flag('say nothing but errors'),
  verbose: flag('say more'),
} satisfies OptionTable;
