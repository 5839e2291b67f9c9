/** Rows of a list as particle records: as objects, and as the lines of NDJSON that say the same. */
import type { ListRow } from './list.js';
import { typedValue } from './list-header.js';
import type { ParticleRecord } from './particle-record.js';
import type { Run } from './run.js';

/** The record of a row: what the toolkit adds, then the list's own fields in their order. */
export function recordOf({ index, cells }: ListRow, run: Run): ParticleRecord {
  const record: ParticleRecord = { ...addedKeys(run, index) };
  const { fields } = run.header;
  for (let at = 0; at < fields.length; at += 1) {
    const { name, type } = fields[at]!;
    record[name] = typedValue(cells[at]!, type);
  }
  return record;
}

/** What is known of a run but for its list. */
type Known = Pick<Run, 'name'> & {
  [K in 'folder' | 'directory' | 'instrument']?: Run[K] | undefined;
};

/**
 * What the toolkit adds ahead of a list's own fields, in the order of a record's keys. `index` comes before
 * `instrument`, so the object is made anew for each row.
 */
export const addedKeys = ({ name, folder, directory, instrument }: Known, index: number): ParticleRecord => ({
  run: name,
  ...(folder === undefined ? {} : { folder }),
  ...(directory === undefined ? {} : { directory }),
  index,
  ...(instrument === undefined ? {} : { instrument }),
});

/**
 * Makes the lines of NDJSON for a run's rows. Numbers stay as the list has them where JSON allows it: to read
 * and print 50 numbers a row would take most of the time, and change nothing that a reader sees.
 */
export function recordLines(run: Run): (row: ListRow) => string {
  const { fields } = run.header;
  const keys = fields.map(({ name }) => `,${JSON.stringify(name)}:`);
  const isNumber = fields.map(({ type }) => type === 'int32' || type === 'double');
  const [before, after] = JSON.stringify(addedKeys(run, 0)).split('"index":0') as [string, string];
  const opening = `${before}"index":`;
  const closing = after.slice(0, -1);
  return (row) => {
    if (!row.plain) return `${JSON.stringify(recordOf(row, run))}\n`;
    let line = opening + row.index + closing;
    for (let at = 0; at < keys.length; at += 1) {
      const cell = row.cells[at]!;
      line += keys[at]! + (isNumber[at] ? cell : JSON.stringify(cell));
    }
    return `${line}}\n`;
  };
}

/**
 * Makes the records of a run's rows, by way of their NDJSON: an object of 60 keys that is built key by key becomes a
 * slow dictionary, and what is parsed does not. Reading, and writing as a sidecar, take half the time so.
 */
export function recordMaker(run: Run): (row: ListRow) => ParticleRecord {
  const line = recordLines(run);
  return (row) => (row.plain ? (JSON.parse(line(row)) as ParticleRecord) : recordOf(row, run));
}
