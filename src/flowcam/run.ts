/** A run as it lies on disk: its list, its name, its folder, and what its side files say of the instrument. */
import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { inputError, systemReason, ToolError } from '../errors.js';
import { fileBound, readBounded } from '../streams/bounded-file.js';
import { readLines } from '../streams/lines.js';
import { runOfCollage } from './collage-name.js';
import { instrumentOf, parseContext, parseRunSummary } from './context.js';
import { type ListPart, type ListRow, readList } from './list.js';
import { type ListHeader, typedValue } from './list-header.js';
import type { Instrument } from './particle-record.js';

export interface Run {
  /** Path of its list, as errors name it. */
  list: string;
  /** The name VisualSpreadsheet gave it. */
  name: string;
  /** Base name of its folder, and the folder's absolute path; unknown where the list comes through a pipe. */
  folder?: string;
  directory?: string;
  instrument?: Instrument;
  header: ListHeader;
}

export interface OpenRun extends Run {
  parts: AsyncIterable<ListPart[]>;
  /** Lets go of the list; not needed where `parts` were read to their end. */
  close(): Promise<unknown>;
}

/** Without O_NONBLOCK, the opening of a FIFO would wait for somebody who writes to it. */
const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;
/** Large enough that few system calls are needed; rows of larger pieces outlive the young generation of the heap. */
const CHUNK = 256 * 1024;

/** How much is taken of what a stranger may have written; `LIMITS` where it is not said. */
export interface RunLimits {
  lineBytes?: number | undefined;
  fields?: number | undefined;
  fileBytes?: number | undefined;
}

/**
 * Opens the list of a run on disk.
 *
 * @param name the run's name, where the person gives one
 * @throws an input error for a list that cannot be read, is none, or changes while it is read
 */
export async function openRun(list: string, name?: string, limits: RunLimits = {}): Promise<OpenRun> {
  return readRun(readFile(list), list, name, dirname(resolve(list)), limits);
}

/** What is known of a run on disk, without its particles. */
export async function describeRun(list: string, name?: string, limits?: RunLimits): Promise<Run> {
  const { parts: _, close, ...run } = await openRun(list, name, limits);
  await close();
  return run;
}

/** Opens a list that comes through a pipe: nothing is known of its folder. */
export const openPipedList = (
  input: AsyncIterable<Uint8Array>,
  name?: string,
  limits: RunLimits = {},
): Promise<OpenRun> => readRun(input, 'stdin', name, undefined, limits);

async function readRun(
  input: AsyncIterable<Uint8Array>,
  file: string,
  name: string | undefined,
  directory: string | undefined,
  { lineBytes, fields, fileBytes }: RunLimits,
): Promise<OpenRun> {
  const lines = readLines(input, { source: file, legacy: true, maxLineBytes: lineBytes });
  const { header, parts } = await readList(lines, file, fields);
  const { first, all } = await peekRow(parts);
  const collage = first && cell(first, header, 'collage_file');
  const runName =
    name ??
    runOfCollage(String(collage ?? '')) ??
    (directory === undefined ? undefined : basename(directory));
  if (runName === undefined || runName === '')
    throw inputError("the run's name cannot be told from its collages", {
      file,
      hint: 'give it: --run NAME',
    });
  const instrument =
    directory === undefined
      ? undefined
      : await readInstrument(directory, [stem(file), runName], first, header, fileBytes);
  return {
    list: file,
    name: runName,
    ...(directory === undefined ? {} : { folder: basename(directory), directory }),
    ...(instrument === undefined ? {} : { instrument }),
    header,
    parts: all,
    close: () => parts.return(undefined),
  };
}

/** Rows that are looked at for a good one: with --on-error skip, bad ones at the head change nothing for the rest. */
const MOST_PEEKED = 100;

/** Looks at the first good row without taking it away. */
async function peekRow(parts: AsyncGenerator<ListPart[]>) {
  const before: ListPart[][] = [];
  let peeked = 0;
  let first: ListRow | undefined;
  while (first === undefined && peeked < MOST_PEEKED) {
    const { value: batch, done } = await parts.next();
    if (done) break;
    before.push(batch);
    peeked += batch.length;
    first = batch.find((part) => 'row' in part)?.row;
  }
  async function* all(): AsyncGenerator<ListPart[]> {
    try {
      yield* before;
      yield* parts;
    } finally {
      await parts.return(undefined);
    }
  }
  return { first, all: all() };
}

function cell(row: ListRow, { fields }: ListHeader, name: string): number | string | undefined {
  const at = fields.findIndex((field) => field.name === name);
  return at < 0 ? undefined : typedValue(row.cells[at]!, fields[at]!.type);
}

const stem = (path: string): string => basename(path).replace(/\.[^.]*$/, '');

async function readInstrument(
  directory: string,
  stems: string[],
  first: ListRow | undefined,
  header: ListHeader,
  fileBytes: number | undefined,
): Promise<Instrument | undefined> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => !name.startsWith('.')).sort();
  const read = async (ending: string) => {
    for (const stem of stems) {
      const name = names.find((one) => one.toLowerCase() === `${stem}${ending}`.toLowerCase());
      if (name !== undefined) return readSideFile(join(directory, name), fileBytes);
    }
    return undefined;
  };
  const [context, summary] = [await read('.ctx'), await read('_run_summary.txt')];
  const timestamp = first && cell(first, header, 'timestamp');
  const elapsed = first && cell(first, header, 'elapsed_time');
  const rowTime =
    typeof timestamp === 'string' && typeof elapsed === 'number' ? { timestamp, elapsed } : undefined;
  return instrumentOf(
    context === undefined ? undefined : parseContext(context),
    summary === undefined ? undefined : parseRunSummary(summary),
    rowTime,
  );
}

async function readSideFile(path: string, most: number | undefined): Promise<string> {
  try {
    // A folder or a FIFO of this name says nothing of the instrument.
    if (!(await stat(path)).isFile()) return '';
    return (await readBounded(path, fileBound(most), { plain: true })).toString('latin1');
  } catch (cause) {
    if (cause instanceof ToolError) throw cause;
    throw inputError(systemReason(cause), { file: path, cause });
  }
}

/** The bytes of a file that must stay as it is meanwhile: a list that still grows is no whole list. */
async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  const fail = (cause: unknown): never => {
    throw inputError(`cannot read: ${systemReason(cause)}`, { file: path, cause });
  };
  const file = await open(path, READ_AT_ONCE).catch(fail);
  try {
    const before = await file.stat();
    if (!before.isFile())
      throw inputError('this is no plain file', { file: path, hint: 'use - to read a list on stdin' });
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK)).catch(fail);
      if (bytesRead === 0) break;
      yield buffer.subarray(0, bytesRead);
    }
    const after = await file.stat();
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs)
      throw inputError('this list changed while it was read', {
        file: path,
        hint: 'wait until it is copied or saved, then start again',
      });
  } finally {
    await file.close();
  }
}
