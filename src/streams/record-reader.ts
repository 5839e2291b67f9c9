/**
 * Reads particle records, from NDJSON or CSV, told apart by themselves. CSV holds one run and no types; both, the
 * folder's name and the instrument are taken from the run again, so that both forms give the same records.
 */
import { inputError, type ToolError, usageError } from '../errors.js';
import { listOf } from '../flowcam/find-lists.js';
import { CALLED, type FieldType, typedValue } from '../flowcam/list-header.js';
import { ADDED_KEYS, type LocatedRecord, type ParticleRecord } from '../flowcam/particle-record.js';
import { describeRun, type Run, type RunLimits } from '../flowcam/run.js';
import { addedKeys } from '../flowcam/run-records.js';
import { type CsvRow, otherSeparator, readCsvRows } from './csv-rows.js';
import { type LineBatch, readLines } from './lines.js';
import { readNdjson } from './ndjson.js';

/** A record, or what is wrong with one. */
export type RecordPart = LocatedRecord | { bad: ToolError };

export interface RecordOptions {
  /** What the input is called in errors. */
  source?: string;
  /** Run folder or list that the person names with `--directory`. */
  directory?: string | undefined;
  /** How much is taken of a line, and of the run that is named. */
  limits?: RunLimits;
  note: (text: string) => void;
}

/**
 * Reads particle records from NDJSON or CSV, in batches as they come in.
 *
 * @throws an input error for text that is cut or broken; a usage error for CSV whose run is unknown, or several
 */
export async function* readRecords(
  input: AsyncIterable<Uint8Array>,
  { source: file = 'stdin', directory, limits = {}, note }: RecordOptions,
): AsyncGenerator<RecordPart[]> {
  const batches = readLines(input, { source: file, maxLineBytes: limits.lineBytes });
  try {
    const first = await batches.next();
    if (first.done) return;
    async function* all() {
      yield first.value as LineBatch;
      yield* batches;
    }
    if (!looksLikeJson(first.value))
      return yield* readCsvRecords(readCsvRows(all(), file, limits.lineBytes), file, {
        directory,
        limits,
        note,
      });
    const run =
      directory === undefined ? undefined : await describeRun(await listOf(directory), undefined, limits);
    for await (const read of readNdjson(all(), file)) {
      yield read.map(({ value, line, size }) => {
        const record = value as ParticleRecord;
        return { record: run === undefined ? record : boundTo(run, record), line, size };
      });
    }
  } finally {
    await batches.return(undefined);
  }
}

/**
 * A record that lies where the person says, with what its run knows and it does not: records of a list that came
 * through a pipe, or through a table, have neither folder nor instrument.
 */
function boundTo(run: Run, record: ParticleRecord): ParticleRecord {
  const {
    run: name,
    folder = run.folder,
    directory: _,
    index,
    instrument = run.instrument,
    ...fields
  } = record;
  return { ...addedKeys({ name, folder, directory: run.directory, instrument }, index), ...fields };
}

/** Whether the first character that says anything is one that begins JSON, and no name of a column. */
const looksLikeJson = ({ lines }: LineBatch): boolean =>
  /^\s*[{[]/.test(lines.find((line) => line.trim() !== '') ?? '');

/** How the columns of a table become a record. */
interface Binding {
  run: Run;
  /** Column names, in their order. */
  columns: string[];
  types: Map<string, FieldType>;
}

async function* readCsvRecords(
  batches: AsyncIterable<CsvRow[]>,
  file: string,
  { directory, limits = {}, note }: RecordOptions,
): AsyncGenerator<RecordPart[]> {
  let columns: string[] | undefined;
  let binding: Binding | undefined;
  let before: { run: string; directory: string | undefined } | undefined;
  for await (const rows of batches) {
    const parts: RecordPart[] = [];
    for (const row of rows) {
      if (columns === undefined) {
        const pieces = await withoutHeader(row, directory, limits);
        columns = pieces ?? row.cells;
        if (pieces === undefined) {
          checkColumns(columns, file);
          continue;
        }
        note(`${file}: no header; taken for a piece of the table of ${directory}`);
      }
      if (row.cells.every((cell) => cell === '')) {
        parts.push({ bad: inputError('this row is empty', { file, line: row.line, hint: 'remove it' }) });
        continue;
      }
      if (row.cells.length !== columns.length) {
        const message = `${row.cells.length} cells where the header has ${columns.length}`;
        parts.push({ bad: inputError(message, { file, line: row.line }) });
        continue;
      }
      const at = {
        run: row.cells[columns.indexOf('run')]!,
        directory: row.cells[columns.indexOf('directory')],
      };
      if (before !== undefined && (at.run !== before.run || at.directory !== before.directory))
        throw usageError('this CSV holds several runs', {
          file,
          line: row.line,
          hint: 'use fc-lst2csv --format ndjson, which carries them',
        });
      before = at;
      binding ??= await bind(columns, directory ?? at.directory, file, limits);
      parts.push(typedRecord(row, binding, file));
    }
    yield parts;
  }
}

/** What a table needs for its rows to be told apart and bound to their run. */
function checkColumns(columns: string[], file: string): void {
  const separated = columns.length === 1 ? otherSeparator(columns[0]!, file) : undefined;
  if (separated !== undefined) throw separated;
  for (const needed of ['run', 'index'])
    if (!columns.includes(needed))
      throw inputError(`the table has no column ${needed}`, {
        file,
        line: 1,
        hint: 'fc-lst2csv writes it, unless called with --bare',
      });
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw inputError(`the table has two columns ${twice}`, { file, line: 1 });
}

/**
 * The columns of a table whose first row is data, as the later pieces of `split` are: then it must be a row of the
 * run's own table, as wide as that and with a number for its index. Undefined where the row is a header.
 */
async function withoutHeader(
  { cells }: CsvRow,
  directory: string | undefined,
  limits: RunLimits,
): Promise<string[] | undefined> {
  if (directory === undefined || cells.includes('index') || !/^\d+$/.test(cells[1] ?? '')) return undefined;
  const { header } = await describeRun(await listOf(directory), undefined, limits);
  const columns = ['run', 'index', ...header.fields.map(({ name }) => name)];
  return columns.length === cells.length ? columns : undefined;
}

async function bind(
  columns: string[],
  directory: string | undefined,
  file: string,
  limits: RunLimits,
): Promise<Binding> {
  if (directory === undefined || directory === '')
    throw usageError('where the collages lie is not known from this CSV', {
      file,
      hint: 'say it: --directory RUN',
    });
  const list = await listOf(directory, (path) => `fc-decollage --directory ${path}`);
  const run = await describeRun(list, undefined, limits);
  const types = new Map(run.header.fields.map(({ name, type }) => [name, type]));
  return { run, columns, types };
}

function typedRecord(
  { line, cells, size }: CsvRow,
  { run, columns, types }: Binding,
  file: string,
): RecordPart {
  const bad = (name: string, text: string, type: string) => ({
    bad: inputError(`${name} is "${text.slice(0, 40)}", which is no ${type}`, { file, line }),
  });
  const cell = (name: string) => cells[columns.indexOf(name)]!;
  if (!/^\d{1,15}$/.test(cell('index'))) return bad('index', cell('index'), 'row number');
  const record = addedKeys({ ...run, name: cell('run') }, Number(cell('index')));
  for (let at = 0; at < columns.length; at += 1) {
    const [name, text] = [columns[at]!, cells[at]!];
    if ((ADDED_KEYS as readonly string[]).includes(name)) continue;
    const type = types.get(name) ?? 'string';
    const value = typedValue(text, type);
    if (value === undefined) return bad(name, text, CALLED[type]);
    record[name] = value;
  }
  return { record, line, size };
}
