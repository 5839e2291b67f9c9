import { createRequire } from 'node:module';
import { inputError, type ToolError } from '../errors.js';
import { LIMITS, raise } from '../limits.js';
import type { LineBatch } from './lines.js';

// Loaded when the first quotation mark comes, which in most tables is never.
const load = createRequire(import.meta.url);
const csvParse = (): typeof import('csv-parse/sync') => load('csv-parse/sync');
const csvStringify = (): typeof import('csv-stringify/sync') => load('csv-stringify/sync');

export interface CsvRow {
  /** 1-based line where the row begins. */
  line: number;
  cells: string[];
  /** Characters. */
  size: number;
}

/**
 * Reads CSV (RFC 4180), in batches as it comes in. A row without a quotation mark is cut at its commas; one with is
 * given to csv-parse, together with the lines after it while a quotation is open. Particle tables hardly ever quote,
 * and cutting them is some thirty times faster.
 *
 * @param most how many characters a row of several lines may have: a cell of that kind is a remark somebody typed, one
 *   of a million characters a stray quotation mark
 * @throws an input error for a text that ends inside a line or a quotation, or whose quotation is without end
 */
export async function* readCsvRows(
  batches: AsyncIterable<LineBatch>,
  file: string,
  most = LIMITS.lineBytes,
): AsyncGenerator<CsvRow[]> {
  /** Lines of a row whose quotation is still open. */
  let open: string[] = [];
  let start = 0;
  let length = 0;
  for await (const { first, lines, ended } of batches) {
    const rows: CsvRow[] = [];
    for (const [at, text] of lines.entries()) {
      const line = first + at;
      const isCut = !ended && at === lines.length - 1;
      if (open.length === 0) {
        if (!text.includes('"')) {
          if (isCut) throw cutShort(file, line);
          rows.push({ line, cells: text.split(','), size: text.length });
          continue;
        }
        start = line;
        length = 0;
      }
      const turns = text.split('"').length % 2 === 0;
      const isOpen = open.length > 0 !== turns;
      open.push(text);
      length += text.length + 1;
      if (isOpen) {
        if (length > most) throw tooLong(file, start, most);
        continue;
      }
      if (isCut) throw cutShort(file, line);
      rows.push({ line: start, cells: parseRow(open.join('\n'), file, start), size: length });
      open = [];
    }
    yield rows;
  }
  if (open.length > 0) throw inputError('a quotation that begins here never ends', { file, line: start });
}

function parseRow(text: string, file: string, line: number): string[] {
  try {
    const rows: string[][] = csvParse().parse(text, { relax_column_count: true });
    return rows[0] ?? [''];
  } catch (cause) {
    throw inputError(`this row is not CSV: ${(cause as Error).message}`, { file, line, cause });
  }
}

const cutShort = (file: string, line: number) =>
  inputError('the text ends inside this line', { file, line, hint: 'look at the step before' });

const tooLong = (file: string, line: number, most: number) =>
  inputError(`a quotation that begins here is longer than ${most} characters`, {
    file,
    line,
    hint: `is there a stray quotation mark? If not, ${raise('max-line-bytes')}`,
  });

/**
 * What is wrong with a table whose columns are not separated by commas; undefined where its beginning does not tell.
 *
 * @param header its first line, or more
 */
export function otherSeparator(header: string, file: string): ToolError | undefined {
  const [, separator] = /^[^,\n]*?([;\t])/.exec(header) ?? [];
  if (separator === undefined) return undefined;
  const name = separator === ';' ? 'semicolons' : 'tabs';
  return inputError(`the columns of this table are separated by ${name}`, {
    file,
    line: 1,
    hint: 'commas are due: save it as CSV with commas',
  });
}

/** One row of CSV with its line end; cells that need quotation marks get them. */
export function csvLine(cells: string[]): string {
  const plain = cells.join(',');
  const commas = cells.length - 1;
  if (!/["\r\n]/.test(plain) && plain.split(',').length - 1 === commas) return `${plain}\n`;
  return csvStringify().stringify([cells]);
}
