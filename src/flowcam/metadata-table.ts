/** The `--metadata` table: a CSV with one row a run, for those whose folder names say nothing. */
import { parse } from 'csv-parse/sync';
import { inputError, type Place } from '../errors.js';
import { otherSeparator } from '../streams/csv-rows.js';
import { depthOf, positionOf, type SamplingSource } from './sampling.js';
import {
  parseDate,
  parseDepth,
  parseLatitude,
  parseLongitude,
  parseTime,
  parseUtcOffset,
} from './sampling-values.js';

const COLUMNS = [
  'run',
  'lat',
  'lon',
  'date',
  'time',
  'utc_offset',
  'depth',
  'depth_min',
  'depth_max',
] as const;
type Column = (typeof COLUMNS)[number];

/** What people call these columns, too; passed over, their values would be lost to a word on stderr. */
const OTHER_NAMES: [called: RegExp, column: Column][] = [
  [/^lat/i, 'lat'],
  [/^(lon|lng)/i, 'lon'],
  [/^(date|day)/i, 'date'],
  [/^depth/i, 'depth'],
];

export interface MetadataTable {
  /** What the table says of a run, found by the first of `names` that has a row. */
  find(names: string[]): SamplingSource | undefined;
  /** Columns that nobody reads, in the table's order. */
  unknownColumns: string[];
}

/**
 * Reads the table. Columns may stand in any order and be absent, but for `run`; empty cells say nothing.
 *
 * @throws an input error with file and line for cells out of range, rows of other lengths, and two rows of a run
 */
export function readMetadataTable(text: string | Buffer, file: string): MetadataTable {
  const rows = rowsOf(text, file);
  const header = rows.shift()?.record;
  if (header === undefined) throw inputError('an empty table', { file });
  const columns = header.map((name) => name.trim());
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) throw inputError(`two columns are called "${twice}"`, { file, line: 1 });
  if (!columns.includes('run'))
    throw inputError('no column is called "run"', {
      file,
      line: 1,
      hint: `the columns are ${COLUMNS.join(',')}, with commas between them`,
    });
  for (const [called, column] of OTHER_NAMES) {
    const other = columns.includes(column) ? undefined : columns.find((name) => called.test(name));
    if (other === undefined || (COLUMNS as readonly string[]).includes(other)) continue;
    throw inputError(`no column is called "${column}", but one "${other}"`, {
      file,
      line: 1,
      hint: `call it ${column} if it is meant, or something else`,
    });
  }
  const sources = new Map<string, { line: number; source: SamplingSource }>();
  for (const { record, line } of rows) {
    const place = { file, line };
    const cells = Object.fromEntries(columns.map((name, index) => [name, record[index]!.trim()]));
    const run = (cells.run as string).normalize('NFC');
    if (run === '') throw inputError('this row names no run', place);
    const other = sources.get(run);
    if (other !== undefined)
      throw inputError(`a second row for the run "${run}" (the first is line ${other.line})`, place);
    sources.set(run, { line, source: readRow(cells, place) });
  }
  return {
    find(names) {
      for (const name of names) {
        const found = sources.get(name.normalize('NFC'));
        if (found !== undefined) return found.source;
      }
      return undefined;
    },
    unknownColumns: columns.filter((name) => !(COLUMNS as readonly string[]).includes(name)),
  };
}

function rowsOf(text: string | Buffer, file: string): { record: string[]; line: number }[] {
  try {
    const rows = parse(text, { bom: true, info: true, skip_empty_lines: true });
    return (rows as unknown as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      record,
      line: info.lines,
    }));
  } catch (error) {
    const separated = otherSeparator(String(text), file);
    if (separated !== undefined) throw separated;
    const { message, lines } = error as Error & { lines?: number };
    throw inputError(message, { file, ...(lines === undefined ? {} : { line: lines }), cause: error });
  }
}

function readRow(cells: Partial<Record<string, string>>, place: Place): SamplingSource {
  const read = <T>(column: Column, parseCell: (text: string) => T): T | undefined => {
    const cell = cells[column];
    if (cell === undefined || cell === '') return undefined;
    try {
      return parseCell(cell);
    } catch (error) {
      throw inputError(`${column} ${(error as Error).message}`, place);
    }
  };
  const together = <T>(combine: () => T): T => {
    try {
      return combine();
    } catch (error) {
      throw inputError((error as Error).message, place);
    }
  };
  const position = [read('lat', parseLatitude), read('lon', parseLongitude)] as const;
  const depth = {
    depth: read('depth', parseDepth),
    depth_min: read('depth_min', parseDepth),
    depth_max: read('depth_max', parseDepth),
  };
  const [date, time] = [read('date', parseDate), read('time', parseTime)];
  return {
    position: together(() => positionOf(...position)),
    date,
    time,
    utcOffset: read('utc_offset', parseUtcOffset),
    depth: together(() => depthOf(depth)),
  };
}
