/**
 * Reads what the side files of a run say of the instrument: the context (`.ctx`, an INI file) and the run
 * summary (`_run_summary.txt`). Both are written for people and vary between versions, so what is not
 * understood is passed over, never guessed.
 */
import type { Instrument } from './particle-record.js';

/** Sections and keys in lower case, because their case varies between versions; keys repeat across sections. */
export type Context = Map<string, Map<string, string>>;

/** Reads a context. Lines that are neither `[Section]` nor `Key=Value` are passed over. */
export function parseContext(text: string): Context {
  const context: Context = new Map();
  let section = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[([^\]]*)\]\s*$/.exec(line);
    if (heading) {
      const name = heading[1]!.trim().toLowerCase();
      section = context.get(name) ?? new Map();
      context.set(name, section);
      continue;
    }
    const equals = line.indexOf('=');
    if (equals <= 0) continue;
    const value = line.slice(equals + 1).trim();
    if (value !== '') section.set(line.slice(0, equals).trim().toLowerCase(), value);
  }
  return context;
}

/** The items of a run summary, `Key: value`, keys in lower case. The first of repeated keys counts. */
export function parseRunSummary(text: string): Map<string, string> {
  const items = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    // Only the first colon parts: times have some of their own.
    const match = /^\s+([^:]+):\s*(.*?)\s*$/.exec(line);
    if (match && match[2] !== '' && !items.has(match[1]!.toLowerCase()))
      items.set(match[1]!.toLowerCase(), match[2]!);
  }
  return items;
}

/** What the instrument's clock wrote into the first row of a list. */
export interface RowTime {
  /** Local time, `2024-04-08T11:11:01.303`. */
  timestamp: string;
  /** Seconds since the acquisition began. */
  elapsed: number;
}

/** What is known of the instrument; absent where the side files say nothing. */
export function instrumentOf(
  context: Context | undefined,
  summary: Map<string, string> | undefined,
  firstRow?: RowTime,
): Instrument | undefined {
  const said = (key: string) => context?.get('software')?.get(key);
  const [name, version] = splitSoftware(summary?.get('software'));
  const software = said('softwarename') ?? name;
  const softwareVersion = said('softwareversion') ?? version;
  const magnification = positive(said('cameramagnification') ?? summary?.get('magnification'));
  const serial = [said('serialno'), summary?.get('serialno')].find(
    (number) => number !== undefined && !/^(na|n\/a|unknown|none)$/i.test(number),
  );
  const offset = utcOffset(context, summary, softwareVersion, firstRow);
  const instrument: Instrument = {
    ...(software === undefined ? {} : { software }),
    ...(softwareVersion === undefined ? {} : { software_version: softwareVersion }),
    ...(magnification === undefined ? {} : { magnification }),
    ...(serial === undefined ? {} : { serial_number: serial }),
    ...(offset === undefined ? {} : { utc_offset: offset }),
  };
  return Object.keys(instrument).length === 0 ? undefined : instrument;
}

/** `VisualSpreadsheet 4.10.8` in two. */
function splitSoftware(text: string | undefined): [string?, string?] {
  const match = /^(.*?)\s+(\d[\w.]*)$/.exec(text ?? '');
  return match ? [match[1]!, match[2]!] : text === undefined ? [] : [text];
}

/** `12`, `12X` and `10.0` as numbers. */
function positive(text: string | undefined): number | undefined {
  const value = Number.parseFloat(text ?? '');
  return /^\d+(\.\d+)?\s*x?$/i.test(text ?? '') && value > 0 ? value : undefined;
}

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
/** The oldest version for which the clocks were compared (formats of VisualSpreadsheet 4: context in UTC). */
const FIRST_COMPARED = 4;
/** The offsets in use on Earth. */
const MOST_OFFSET = 14 * 60 * MINUTE;
/** The first image comes some seconds after the start (0.7 to 11 s were seen). */
const MOST_DELAY = 2 * MINUTE;

/**
 * Offset of the list's local times from UTC: the context's start is UTC, that of the summary and the list's
 * times are local (seen in VisualSpreadsheet 4). Undefined where the difference is no plausible offset.
 */
function utcOffset(
  context: Context | undefined,
  summary: Map<string, string> | undefined,
  version: string | undefined,
  firstRow: RowTime | undefined,
): string | undefined {
  if (!(Number.parseInt(version ?? '', 10) >= FIRST_COMPARED)) return undefined;
  const utc = time(context?.get('general')?.get('runstarttime'));
  const local =
    time(summary?.get('start')) ??
    (firstRow === undefined ? undefined : (time(firstRow.timestamp) ?? Number.NaN) - firstRow.elapsed * 1000);
  if (utc === undefined || local === undefined) return undefined;
  const offset = Math.round((local - utc) / QUARTER) * QUARTER;
  const rest = Math.abs(local - utc - offset);
  if (!(Math.abs(offset) <= MOST_OFFSET && rest <= MOST_DELAY)) return undefined;
  const minutes = Math.abs(offset) / MINUTE;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Milliseconds of a clock time without a zone, as if it were UTC. */
function time(text: string | undefined): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[T ]+(\d\d:\d\d:\d\d(?:\.\d{1,3})?)$/.exec(text ?? '');
  const value = match ? Date.parse(`${match[1]}T${match[2]}Z`) : Number.NaN;
  return Number.isNaN(value) ? undefined : value;
}
