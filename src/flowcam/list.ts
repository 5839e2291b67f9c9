/** Reads lists of particles: `.lst` of runs and `.flb` of libraries, version 017 and later. */
import { inputError, type ToolError } from '../errors.js';
import type { LineBatch } from '../streams/lines.js';
import { CALLED, type ListHeader, ListHeaderParser, plainRow, typedValue } from './list-header.js';

export interface ListRow {
  /** 0-based row number. */
  index: number;
  /** 1-based line in the list. */
  line: number;
  /** As written, in the header's order; each is a proper value of its field's type. */
  cells: string[];
  /** Whether all numbers are numbers of JSON as they are written, as in every list seen. */
  plain: boolean;
}

/** What follows the head of a list: rows, and bad rows as errors in their place. */
export type ListPart =
  | { row: ListRow }
  | { bad: ToolError; index: number }
  /** The last line lacks its line end; its row is whole by its number of fields. */
  | { unended: number };

export interface List {
  header: ListHeader;
  /** In batches as they come in. */
  parts: AsyncGenerator<ListPart[]>;
}

/**
 * Reads the head of a list; its rows follow as they are asked for.
 *
 * @throws an input error for a head that is broken, cut short or of another version
 */
export async function readList(
  batches: AsyncIterable<LineBatch>,
  file: string,
  mostFields?: number,
): Promise<List> {
  const parser = new ListHeaderParser(file, mostFields);
  const iterator = batches[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value: batch, done } = await iterator.next();
      if (done) throw parser.cutShort();
      for (const [at, text] of batch.lines.entries()) {
        const header = parser.take(text);
        if (header === undefined) continue;
        const rest = { ...batch, first: batch.first + at + 1, lines: batch.lines.slice(at + 1) };
        return { header, parts: readRows(rest, iterator, header, file) };
      }
    }
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
}

async function* readRows(
  head: LineBatch,
  iterator: AsyncIterator<LineBatch>,
  header: ListHeader,
  file: string,
): AsyncGenerator<ListPart[]> {
  const pattern = plainRow(header);
  let index = 0;
  let blank: number | undefined;
  try {
    for (let batch: LineBatch | undefined = head; batch !== undefined; ) {
      const parts: ListPart[] = [];
      for (const [at, text] of batch.lines.entries()) {
        const place = { file, line: batch.first + at };
        if (text === '') {
          // Fine at the end of a list, and nowhere else.
          blank ??= place.line;
          continue;
        }
        if (blank !== undefined) throw inputError('this line is empty', { file, line: blank });
        const cells = text.split('|');
        const plain = pattern.test(text);
        const isCut = !batch.ended && at === batch.lines.length - 1;
        const bad =
          (plain ? undefined : faultOf(cells, header, place)) ??
          (isCut ? cutOf(cells, header, place) : undefined);
        parts.push(bad === undefined ? { row: { index, line: place.line, cells, plain } } : { bad, index });
        index += 1;
        if (isCut && bad === undefined) parts.push({ unended: place.line });
      }
      yield parts;
      const next: IteratorResult<LineBatch> = await iterator.next();
      batch = next.done ? undefined : next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** Whether a last line without its end was cut inside its last field; of the types only a guid can tell. */
function cutOf(
  cells: string[],
  { fields }: ListHeader,
  place: { file: string; line: number },
): ToolError | undefined {
  if (fields.at(-1)!.type !== 'guid' || GUID.test(cells.at(-1)!)) return undefined;
  return inputError('the list ends inside this line', {
    ...place,
    hint: 'the file may be cut short; copy it again',
  });
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What is wrong with a row; undefined where nothing is. */
function faultOf(
  cells: string[],
  { fields }: ListHeader,
  place: { file: string; line: number },
): ToolError | undefined {
  if (cells.length !== fields.length)
    return inputError(`${cells.length} fields where the header names ${fields.length}`, {
      ...place,
      hint: 'the file may be cut short; copy it again',
    });
  for (const [at, { name, type }] of fields.entries())
    if (typedValue(cells[at]!, type) === undefined)
      return inputError(`${name} is "${cells[at]!.slice(0, 40)}", which is no ${CALLED[type]}`, place);
  return undefined;
}
