/** Where, when and how deep the water was taken: what each source says, and which source is believed. */
import { usageError } from '../errors.js';

/** Decimal degrees, WGS 84; south and west are negative. */
export interface Position {
  lat: number;
  lon: number;
}

/** Metres below the surface: one depth, or a range, or both. */
export interface Depth {
  depth?: number | undefined;
  depth_min?: number | undefined;
  depth_max?: number | undefined;
}

/** When the water was taken, in local time. */
export interface Sampled {
  /** `2023-05-04`. */
  date: string;
  /** `14:30:00`; null where only the day is known. */
  time: string | null;
  /** `+01:00`; absent where it is not known. */
  utc_offset?: string;
}

/** What one source says; each part is read only when it is asked for, so that a better source hides bad ones. */
export interface SamplingSource {
  readonly position?: Position | undefined;
  readonly date?: string | undefined;
  readonly time?: string | undefined;
  readonly utcOffset?: string | undefined;
  readonly depth?: Depth | undefined;
}

/** What is known in the end. */
export interface SamplingFacts {
  position?: Position;
  sampled?: Sampled;
  depth?: Depth;
  /** An offset was given, but no date for it to belong to. */
  offsetWithoutDate?: boolean;
}

/**
 * Takes each part from the first source that has it. What belongs together stays together: latitude with
 * longitude, a depth with its range, and no time of day comes from a lesser source than its date.
 *
 * @param sources the best first
 * @param recorded what an earlier tagging wrote into the record; believed where no source says otherwise
 * @throws a usage error for a time of day without a date
 */
export function gatherSampling(sources: SamplingSource[], recorded: SamplingFacts = {}): SamplingFacts {
  const facts: SamplingFacts = {};
  const position = first(sources, (source) => source.position) ?? recorded.position;
  if (position !== undefined) facts.position = position;
  const depth = first(sources, (source) => source.depth) ?? recorded.depth;
  if (depth !== undefined) facts.depth = depth;

  const utcOffset = first(sources, (source) => source.utcOffset);
  const dated = sources.findIndex((source) => source.date !== undefined);
  const time = first(dated === -1 ? sources : sources.slice(0, dated + 1), (source) => source.time);
  const date = sources[dated]?.date;
  // The recorded time of day, and its offset, are those of the recorded date and of no other.
  const sampled: Sampled | undefined =
    date === undefined || date === recorded.sampled?.date ? recorded.sampled : { date, time: null };
  if (sampled === undefined) {
    if (time !== undefined)
      throw usageError('a time of sampling is given but no date', {
        hint: 'give the date too: --date or --metadata',
      });
    if (utcOffset !== undefined) facts.offsetWithoutDate = true;
    return facts;
  }
  facts.sampled = {
    ...sampled,
    ...(time === undefined ? {} : { time }),
    ...(utcOffset === undefined ? {} : { utc_offset: utcOffset }),
  };
  return facts;
}

function first<T>(sources: SamplingSource[], read: (source: SamplingSource) => T | undefined): T | undefined {
  for (const source of sources) {
    const value = read(source);
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * Checks that a range has both ends, in order, with the depth between them.
 *
 * @returns undefined where nothing is given
 * @throws an Error whose message stands alone
 */
export function depthOf({ depth, depth_min, depth_max }: Depth): Depth | undefined {
  if (depth === undefined && depth_min === undefined && depth_max === undefined) return undefined;
  if ((depth_min === undefined) !== (depth_max === undefined))
    throw new Error('a range of depths needs both its ends, the least and the greatest');
  if (depth_min !== undefined && depth_max !== undefined) {
    if (depth_min > depth_max) throw new Error(`a range of depths from ${depth_min} to ${depth_max} m`);
    if (depth !== undefined && (depth < depth_min || depth > depth_max))
      throw new Error(`a depth of ${depth} m outside its range from ${depth_min} to ${depth_max} m`);
  }
  return { depth, depth_min, depth_max };
}

/** Checks that a position has both its parts. */
export function positionOf(lat: number | undefined, lon: number | undefined): Position | undefined {
  if (lat === undefined && lon === undefined) return undefined;
  if (lat === undefined || lon === undefined) throw new Error('a position needs both latitude and longitude');
  return { lat, lon };
}
