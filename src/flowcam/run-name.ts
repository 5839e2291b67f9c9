/**
 * People write where and when a sample was taken into the names of runs and their folders. Nothing about it is
 * standard, so the pattern is an option; the default reads `NAME_lat_lon_DDMMYYYY[_n]`.
 */
import { inputError } from '../errors.js';
import { type Depth, depthOf, type Position, positionOf, type SamplingSource } from './sampling.js';
import {
  type DateFormat,
  parseDepth,
  parseLatitude,
  parseLongitude,
  parseTimeInName,
} from './sampling-values.js';

/** Groups that a pattern may name. `replicate` is told from a depth, and otherwise not used. */
const GROUPS = ['lat', 'lon', 'date', 'time', 'depth', 'depth_min', 'depth_max', 'replicate'] as const;
type Group = (typeof GROUPS)[number];

export interface NamePattern {
  expression: RegExp;
  dates: DateFormat;
}

/**
 * The pattern of names where none is given.
 *
 * @param depthLast the last number is a depth in metres; otherwise it numbers the session
 */
export const defaultPattern = (dates: DateFormat, depthLast: boolean): NamePattern => ({
  expression: new RegExp(
    `_(?<lat>-?\\d+\\.\\d+)_(?<lon>-?\\d+\\.\\d+)_(?<date>${dates.source})` +
      `(?:_(?<${depthLast ? 'depth' : 'replicate'}>\\d+${depthLast ? '(?:\\.\\d+)?' : ''}))?$`,
  ),
  dates,
});

/**
 * A pattern of the person's own: a regular expression with named groups, anchored at the name's end.
 *
 * @throws an Error whose message completes "--pattern …"
 */
export function namePattern(source: string, dates: DateFormat): NamePattern {
  let expression: RegExp;
  try {
    expression = new RegExp(`(?:${source})$`);
  } catch (error) {
    const python = source.includes('(?P<') ? '; write (?<name>…) for (?P<name>…)' : '';
    throw new Error(`must be a regular expression: ${(error as Error).message}${python}`);
  }
  const groups = [...source.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map((match) => match[1]!);
  if (groups.length === 0) throw new Error(`must name at least one group of ${GROUPS.join(', ')}`);
  for (const group of groups)
    if (!(GROUPS as readonly string[]).includes(group))
      throw new Error(`has the group "${group}"; those known are ${GROUPS.join(', ')}`);
  for (const [one, other] of [
    ['lat', 'lon'],
    ['depth_min', 'depth_max'],
  ] as const)
    if (groups.includes(one) !== groups.includes(other))
      throw new Error(`must have both groups or neither: ${one}, ${other}`);
  return { expression, dates };
}

/** Reads a name; undefined where it does not match. */
export function readName(name: string, { expression, dates }: NamePattern): SamplingSource | undefined {
  const match = expression.exec(name);
  return match === null ? undefined : new NameReading(name, match.groups ?? {}, dates);
}

/** What a name says. Each part is checked when it is asked for: what an option overrides may be wrong. */
class NameReading implements SamplingSource {
  readonly #name: string;
  readonly #groups: Partial<Record<Group, string>>;
  readonly #dates: DateFormat;

  constructor(name: string, groups: Partial<Record<Group, string>>, dates: DateFormat) {
    this.#name = name;
    this.#groups = groups;
    this.#dates = dates;
  }

  get position(): Position | undefined {
    const hint = 'give --lat and --lon, or say with --pattern how to read the name';
    const lat = this.#read('lat', 'latitude', parseLatitude, hint);
    const lon = this.#read('lon', 'longitude', parseLongitude, hint);
    return this.#together(() => positionOf(lat, lon), hint);
  }

  get date(): string | undefined {
    return this.#read(
      'date',
      'date',
      (text) => this.#dates.parse(text),
      'say with --date-format how it is written, or give --date',
    );
  }

  get time(): string | undefined {
    return this.#read('time', 'time', parseTimeInName, 'give --time, or another --pattern');
  }

  get depth(): Depth | undefined {
    const hint = 'give --depth, or another --pattern';
    const depths = {
      depth: this.#read('depth', 'depth', parseDepth, hint),
      depth_min: this.#read('depth_min', 'least depth', parseDepth, hint),
      depth_max: this.#read('depth_max', 'greatest depth', parseDepth, hint),
    };
    return this.#together(() => depthOf(depths), hint);
  }

  #read<T>(group: Group, what: string, parse: (text: string) => T, hint: string): T | undefined {
    const text = this.#groups[group];
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      throw this.#error(`its ${what} "${text}" ${(error as Error).message}`, hint);
    }
  }

  #together<T>(combine: () => T, hint: string): T {
    try {
      return combine();
    } catch (error) {
      throw this.#error((error as Error).message, hint);
    }
  }

  #error(message: string, hint: string): Error {
    return inputError(`the name "${this.#name}" cannot be right: ${message}`, { hint });
  }
}
