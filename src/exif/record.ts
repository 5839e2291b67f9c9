/** The record as it travels with an image: what the list says, and what tagging adds. */
import { inputError } from '../errors.js';
import type { ParticleRecord } from '../flowcam/particle-record.js';
import { depthOf, positionOf, type Sampled, type SamplingFacts } from '../flowcam/sampling.js';
import {
  parseDate,
  parseDepth,
  parseLatitude,
  parseLongitude,
  parseTime,
  parseUtcOffset,
} from '../flowcam/sampling-values.js';
import { type JsonObject, Sidecar } from '../streams/sidecar.js';

/** Keys that tagging adds; `docs/streams.md` says what they hold. */
const SAMPLING_KEYS = ['sampled', 'position', 'depth', 'depth_min', 'depth_max'] as const;

/** Whether the JSON object is a record, or at least has what tagging adds to one. */
export const isRecord = (json: JsonObject): boolean => isParticle(json) || hasSampling(json);

function hasSampling(record: JsonObject): boolean {
  for (const key of SAMPLING_KEYS) if (record[key] !== undefined) return true;
  return false;
}

/** Whether the JSON object is a particle's record. */
export const isParticle = (json: JsonObject | undefined): json is ParticleRecord =>
  json !== undefined && typeof json.run === 'string';

/**
 * What an earlier tagging, or a person with jq, wrote into a record.
 *
 * @throws an input error for values that are out of range or of other shapes
 */
export function samplingOfRecord(record: JsonObject): SamplingFacts {
  if (!hasSampling(record)) return NOTHING;
  const facts: SamplingFacts = {};
  try {
    const position = objectIn(record, 'position');
    if (position !== undefined) {
      const lat = numberIn(position, 'lat', parseLatitude);
      const found = positionOf(lat, numberIn(position, 'lon', parseLongitude));
      if (found !== undefined) facts.position = found;
    }
    const sampled = objectIn(record, 'sampled');
    if (sampled !== undefined) facts.sampled = sampledIn(sampled);
    const depth = depthOf({
      depth: numberIn(record, 'depth', parseDepth),
      depth_min: numberIn(record, 'depth_min', parseDepth),
      depth_max: numberIn(record, 'depth_max', parseDepth),
    });
    if (depth !== undefined) facts.depth = depth;
  } catch (error) {
    throw inputError(`its record cannot be right: ${(error as Error).message}`);
  }
  return facts;
}

/** The answer for nearly all records; shared, so that a run's tags can be made once. */
export const NOTHING: SamplingFacts = Object.freeze({});

function sampledIn(sampled: JsonObject): Sampled {
  const { date, time = null, utc_offset: offset } = sampled;
  if (typeof date !== 'string') throw new Error('sampled has no date');
  return {
    date: parseDate(date),
    time: time === null ? null : parseTime(String(time)),
    ...(offset === undefined ? {} : { utc_offset: parseUtcOffset(String(offset)) }),
  };
}

function objectIn(record: JsonObject, key: string): JsonObject | undefined {
  const value = record[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${key} must be an object, not ${JSON.stringify(value)}`);
  return value as JsonObject;
}

function numberIn(record: JsonObject, key: string, parse: (text: string) => number): number | undefined {
  const value = record[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'number') throw new Error(`${key} must be a number, not ${JSON.stringify(value)}`);
  try {
    return parse(String(value));
  } catch (error) {
    throw new Error(`${key} ${(error as Error).message}`);
  }
}

/**
 * A sidecar that says what is known of the sampling, each key where it was or at the end, and without
 * `directory`: nobody's disk belongs in a published image. Text that needs no change is not written anew.
 *
 * @param instrumentOffset the instrument's offset from UTC, where the person gave it
 */
export function sidecarWith(
  sidecar: Sidecar,
  { facts, members }: { facts: SamplingFacts; members: string },
  instrumentOffset: string | undefined,
): Sidecar {
  const { record } = sidecar;
  if (record.directory === undefined && instrumentOffset === undefined) {
    if (!hasSampling(record)) return members === '' ? sidecar : sidecar.append(members);
    if (membersOf(samplingOfRecord(record)) === members) return sidecar;
  }
  const { directory: _, ...tagged } = record;
  if (instrumentOffset !== undefined)
    tagged.instrument = { ...(record.instrument as object | undefined), utc_offset: instrumentOffset };
  const known = recordOfSampling(facts);
  for (const key of SAMPLING_KEYS) {
    if (known[key] !== undefined) tagged[key] = known[key];
    else delete tagged[key];
  }
  return Sidecar.of(tagged);
}

/** What is known of the sampling, as it stands in a record. */
function recordOfSampling({ position, sampled, depth }: SamplingFacts): JsonObject {
  return { sampled, position, depth: depth?.depth, depth_min: depth?.depth_min, depth_max: depth?.depth_max };
}

/** The same as JSON text without its braces; empty where nothing is known. */
export const membersOf = (facts: SamplingFacts): string =>
  JSON.stringify(recordOfSampling(facts)).slice(1, -1);
