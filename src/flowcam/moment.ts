/** Moments as FlowCams and people write them, without the guesses that `Date` makes. */
/** A particle's time of capture, by the clock of the instrument's computer. */
export interface Timestamp {
  /** `2023-05-22`. */
  date: string;
  /** `12:46:36`. */
  time: string;
  /** The digits after the second's point, as written; empty where there are none. */
  fraction: string;
}

/** Reads `2023-05-22T12:46:36.324`, as lists have it; undefined for anything else. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = /^((\d{4})-(\d{2})-(\d{2}))[T ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,9}))?$/.exec(
    text,
  );
  if (match === null || !isDay(Number(match[2]), Number(match[3]), Number(match[4]))) return undefined;
  return { date: match[1]!, time: match[5]!, fraction: match[6] ?? '' };
}

/** Whether the calendar has this day. */
export function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= (month === 2 && leap ? 29 : DAYS[month - 1]!);
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Local date and time as UTC.
 *
 * @param date `2023-05-04`
 * @param time `14:30:00`
 * @param offset of that local time from UTC, `+02:00`
 */
export function utcMoment(date: string, time: string, offset: string): { date: string; time: string } {
  const iso = new Date(`${date}T${time}${offset}`).toISOString();
  return { date: iso.slice(0, 10), time: iso.slice(11, 19) };
}
