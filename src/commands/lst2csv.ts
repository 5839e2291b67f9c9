import type { Readable } from 'node:stream';
import { inputError, usageError } from '../errors.js';
import { listOf, listsBelow } from '../flowcam/find-lists.js';
import type { ListRow } from '../flowcam/list.js';
import { type OpenRun, openPipedList, openRun, type Run } from '../flowcam/run.js';
import { recordLines } from '../flowcam/run-records.js';
import { counted } from '../report.js';
import { defineCommand } from '../shell/command.js';
import {
  allowEmpty,
  flag,
  maxFields,
  maxFileBytes,
  maxLineBytes,
  type OptionValues,
  onError,
  oneOf,
  skipped,
  text,
  value,
  valueOr,
} from '../shell/options.js';
import { describeError } from '../shell/print-error.js';
import { csvLine } from '../streams/csv-rows.js';
import { failureLine } from '../streams/ndjson.js';
import { Output } from '../streams/output.js';

/** Columns of CSV that are there on request. */
const EXTRA_COLUMNS = ['directory', 'folder'] as const;
type ExtraColumn = (typeof EXTRA_COLUMNS)[number];

function extraColumns(typed: string): ExtraColumn[] {
  const columns = typed.split(',').map(oneOf(...EXTRA_COLUMNS));
  if (new Set(columns).size < columns.length) throw new Error(`names a column twice: ${typed}`);
  return columns;
}

const options = {
  format: valueOr('csv', 'csv|ndjson', 'what to write', oneOf('csv', 'ndjson')),
  bare: flag("CSV with exactly the list's fields, without run and index"),
  with: value('COLUMNS', 'further columns of CSV: directory,folder', extraColumns),
  run: value('NAME', "the run's name, where its collages do not tell it", text),
  recursive: flag('take the folders named as folders of runs, and find all runs below'),
  'on-error': onError,
  skipped,
  'allow-empty': allowEmpty,
  'max-line-bytes': maxLineBytes,
  'max-fields': maxFields,
  'max-file-bytes': maxFileBytes,
};

export const command = defineCommand({
  name: 'fc-lst2csv',
  summary: 'the particles of FlowCam runs as CSV or NDJSON records',
  examples: [
    'fc-lst2csv RUN > metadata.csv',
    'fc-lst2csv RUN --format ndjson | fc-decollage | fc-exif > vignettes.tar',
    "fc-lst2csv RUN --format ndjson | jq -c 'select(.abd_diameter > 50)' | fc-decollage > large.tar",
    'fc-lst2csv --recursive CRUISE --format ndjson | jq -r .run | uniq -c',
  ],
  operands: '[RUN…]',
  notes:
    'RUN is a run folder, a .lst or .flb file, or - for a list on stdin (also where none is named).\n' +
    'CSV has the columns run and index, then the fields of the list with numbers as written; it holds one run. ' +
    'NDJSON carries any number of runs, and what .ctx and run summary say of the instrument.',
  options,
  readsInput: ({ operands }) => operands.length === 0 || operands.includes('-'),

  async run({ options, operands, input, output: stdout, report, skips, signal }) {
    const csv = options.format === 'csv';
    if (!csv && (options.bare || options.with !== undefined))
      throw usageError('--bare and --with are for CSV; NDJSON records have everything');
    if (options.bare && options.with !== undefined)
      throw usageError("--bare is for exactly the list's fields: leave out --with");
    const output = new Output(stdout, signal);
    let [runs, particles] = [0, 0];
    try {
      for await (const run of openRuns(operands, options, input)) {
        runs += 1;
        if (csv && runs > 1) throw severalRuns();
        if (csv) await output.write(csvLine(columnsOf(run, options)));
        if (run.header.version !== 17)
          report.note(
            `${run.list}: version ${run.header.version} is read like 017, the version that is known`,
          );
        const line = recordLines(run);
        for await (const batch of run.parts) {
          for (const part of batch) {
            if ('bad' in part) await skips.skip(part.bad, { run: run.name, index: part.index });
            else if ('unended' in part)
              report.note(
                `${run.list}:${part.unended}: the last line has no line end; its fields are all there`,
              );
            else {
              particles += 1;
              const { row } = part;
              output.add(csv ? csvLine([...leadingCells(row, run, options), ...row.cells]) : line(row));
              if (output.full) await output.send();
            }
          }
          report.progress(`${particles} particles`);
        }
      }
      if (particles === 0 && !options['allow-empty'])
        throw inputError('there are no particles', {
          file: operands[0] ?? 'stdin',
          hint: 'use --allow-empty if that is right',
        });
      await output.flush();
    } catch (error) {
      if (!csv && !signal.aborted) {
        await output.write(failureLine(describeError(error)));
        await output.flush();
      }
      throw error;
    }
    report.summary(`${counted(particles, 'particle')} of ${counted(runs, 'run')}`);
  },
});

interface Settings {
  bare: boolean;
  with: ExtraColumn[] | undefined;
}

async function* openRuns(
  operands: string[],
  { run: name, recursive, format, ...more }: OptionValues<typeof options>,
  input: Readable,
): AsyncGenerator<OpenRun> {
  const limits = {
    lineBytes: more['max-line-bytes'],
    fields: more['max-fields'],
    fileBytes: more['max-file-bytes'],
  };
  if (name !== undefined && (operands.length > 1 || recursive))
    throw usageError('--run names one run', { hint: 'name one RUN at a time' });
  if (format === 'csv' && operands.length > 1) throw severalRuns();
  if (recursive && operands.length === 0) throw usageError('--recursive needs a folder to look into');
  for (const operand of operands.length === 0 ? ['-'] : operands) {
    if (operand === '-') yield await openPipedList(input, name, limits);
    else if (!recursive) yield await openRun(await listOf(operand), name, limits);
    else {
      const lists: string[] = [];
      for await (const list of listsBelow(operand)) lists.push(list);
      if (lists.length === 0)
        throw inputError('there is no list (.lst or .flb) below this folder', { file: operand });
      // Said before the first run is written, not behind it.
      if (format === 'csv' && lists.length > 1) throw severalRuns();
      for (const list of lists) yield await openRun(list, undefined, limits);
    }
  }
}

const severalRuns = () =>
  usageError('CSV holds one run, and there are several', {
    hint: 'use --format ndjson, or one command a run',
  });

const columnsOf = (run: Run, { bare, with: extra }: Settings): string[] => [
  ...(bare ? [] : ['run', 'index', ...(extra ?? [])]),
  ...run.header.fields.map(({ name }) => name),
];

function leadingCells({ index }: ListRow, run: Run, { bare, with: extra }: Settings): string[] {
  if (bare) return [];
  const cells = (extra ?? []).map((column) => {
    const known = run[column];
    if (known === undefined)
      throw usageError(`a list on stdin has no ${column}`, { hint: 'name the run folder instead of -' });
    return known;
  });
  return [run.name, String(index), ...cells];
}
