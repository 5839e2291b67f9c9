/**
 * Positions, depths, dates and times as people type them in options, tables and names. Each function takes the
 * text and gives the value, or throws an Error whose message completes "latitude …", "--date …".
 */

import { isDay } from './moment.js';

/** Earliest year of a sampling: FlowCams are sold since the 1990s. */
const FIRST_YEAR = 1990;
/** Metres; the deepest sea is less than 11,000 deep. */
const DEEPEST = 12_000;

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const decimal = (least: number, most: number, unit: string) => (text: string) => {
  const parsed = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(parsed)) throw new Error(`must be a number of ${unit}, not "${text}"`);
  if (parsed < least || parsed > most)
    throw new Error(`must be from ${least} to ${most} ${unit}, not ${text}`);
  return parsed;
};

/** Degrees, north is positive. */
export const parseLatitude = decimal(-90, 90, 'decimal degrees');
/** Degrees, east is positive. */
export const parseLongitude = decimal(-180, 180, 'decimal degrees');
/** Metres below the surface, positive downward. */
export const parseDepth = decimal(0, DEEPEST, 'metres below the surface');

/** Years after this one are no sampling dates; one more is let through for clocks and zones. */
const lastYear = (): number => new Date().getUTCFullYear() + 1;

/**
 * A sampling date as `YYYY-MM-DD`.
 *
 * @throws an Error for days that no calendar has and years that no FlowCam has seen
 */
export function samplingDate(year: number, month: number, day: number): string {
  if (year < FIRST_YEAR || year > lastYear())
    throw new Error(`has the year ${year}, which is not from ${FIRST_YEAR} to ${lastYear()}`);
  if (!isDay(year, month, day)) throw new Error(`has the month ${month} and the day ${day}`);
  return `${year}-${pad(month)}-${pad(day)}`;
}

const pad = (part: number): string => String(part).padStart(2, '0');

/** `2023-05-04`. */
export function parseDate(text: string): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) throw new Error(`must be a date such as 2023-05-04, not "${text}"`);
  try {
    return samplingDate(Number(match[1]), Number(match[2]), Number(match[3]));
  } catch (error) {
    throw new Error(`must be a sampling date, and "${text}" ${(error as Error).message}`);
  }
}

/** `14:30` or `14:30:05`, as `14:30:05`. */
export function parseTime(text: string): string {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  if (match === null) throw new Error(`must be a time of day such as 14:30 or 14:30:05, not "${text}"`);
  return `${match[1]}:${match[2]}:${match[3] ?? '00'}`;
}

/** As {@link parseTime}, but a file name may have no colons: `143005`, `14-30`. */
export function parseTimeInName(text: string): string {
  const match = /^(\d{2})[-.:h]?(\d{2})(?:[-.:m]?(\d{2}))?s?$/.exec(text);
  if (match === null) throw new Error(`must be a time of day such as 1430 or 143005, not "${text}"`);
  return parseTime(`${match[1]}:${match[2]}:${match[3] ?? '00'}`);
}

/** `+02:00`, `-03:30`, `+0200` or `Z`, as `+02:00`; real offsets are from -12:00 to +14:00. */
export function parseUtcOffset(text: string): string {
  if (text === 'Z') return '+00:00';
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  const minutes =
    match === null ? Number.NaN : Number(`${match[1]}1`) * (Number(match[2]) * 60 + Number(match[3]));
  if (match === null || Number(match[3]) > 59 || minutes < -12 * 60 || minutes > 14 * 60)
    throw new Error(`must be an offset from UTC such as +02:00 or -03:30, not "${text}"`);
  return `${minutes === 0 ? '+' : match[1]}${match[2]}:${match[3]}`;
}

/** Reads dates in one format; made by {@link dateFormat}. */
export interface DateFormat {
  /** The source of a regular expression for such a date. */
  source: string;
  parse(text: string): string;
}

const PARTS: Record<string, { source: string; part: 'day' | 'month' | 'year' }> = {
  DD: { source: '\\d{2}', part: 'day' },
  MM: { source: '\\d{2}', part: 'month' },
  YYYY: { source: '\\d{4}', part: 'year' },
  YY: { source: '\\d{2}', part: 'year' },
};
const STRPTIME: Record<string, string> = { '%d': 'DD', '%m': 'MM', '%Y': 'YYYY', '%y': 'YY' };

/**
 * A date format such as `DDMMYYYY`, `YYYY-MM-DD`, or `%d%m%Y` as strptime has it. Two digits of a year are
 * those from 1990 to 2089.
 *
 * @throws an Error for a format without exactly one day, month and year
 */
export function dateFormat(format: string): DateFormat {
  const parts: ('day' | 'month' | 'year')[] = [];
  let grouped = '';
  for (const piece of format.match(/%[dmYy]|DD|MM|YYYY|YY|./gs) ?? []) {
    const known = PARTS[STRPTIME[piece] ?? piece];
    if (known !== undefined) parts.push(known.part);
    grouped += known === undefined ? piece.replace(/[^A-Za-z0-9]/g, '\\$&') : `(${known.source})`;
  }
  if ([...parts].sort().join() !== 'day,month,year')
    throw new Error(`must hold a day, a month and a year, such as DDMMYYYY or YYYY-MM-DD, not "${format}"`);
  const whole = new RegExp(`^${grouped}$`);
  return {
    source: grouped.replaceAll('(', '(?:'),
    parse(text) {
      const match = whole.exec(text);
      if (match === null) throw new Error(`is not of the form ${format}`);
      const values = { day: 0, month: 0, year: 0 };
      parts.forEach((part, index) => {
        values[part] = Number(match[index + 1]);
      });
      if (/^\d{2}$/.test(match[parts.indexOf('year') + 1]!)) values.year += values.year < 90 ? 2000 : 1900;
      return samplingDate(values.year, values.month, values.day);
    },
  };
}
