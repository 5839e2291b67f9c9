import { inputError, type Place } from '../errors.js';
import type { LineBatch } from './lines.js';

export interface JsonLine {
  /** 1-based. */
  line: number;
  value: Record<string, unknown>;
  /** Characters. */
  size: number;
}

/** The key of the last line that a producer writes when it fails. */
const ERROR_KEY = '$error';

/** The last line of a producer that fails, so that its reader does not take what came for all. */
export const failureLine = (message: string): string => `${JSON.stringify({ [ERROR_KEY]: message })}\n`;

/**
 * Reads NDJSON: one object a line, each line with its end; in batches as they come in.
 *
 * @throws an input error for a cut or broken line, and for the line that a failing producer wrote
 */
export async function* readNdjson(
  batches: AsyncIterable<LineBatch>,
  file: string,
): AsyncGenerator<JsonLine[]> {
  for await (const { first, lines, ended } of batches) {
    const read: JsonLine[] = [];
    for (const [at, text] of lines.entries()) {
      const line = first + at;
      if (!ended && at === lines.length - 1)
        throw inputError('the text ends inside this line', { file, line, hint: 'look at the step before' });
      read.push({ line, value: parseLine(text, { file, line }), size: text.length });
    }
    yield read;
  }
}

function parseLine(text: string, place: Place): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const hint = text === '{' ? 'one record a line is due: jq needs -c' : 'one JSON object a line is due';
    throw inputError('this line is not JSON', { ...place, hint, cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw inputError('this line is not a JSON object', place);
  const record = value as Record<string, unknown>;
  if (record[ERROR_KEY] !== undefined)
    throw inputError(`the step before failed: ${String(record[ERROR_KEY])}`, place);
  const fault = faultOf(record);
  if (fault !== undefined) throw inputError(`this line holds ${fault}`, place);
  return record;
}

/** Deeper values would overflow the stack of whoever writes them; records have two levels. */
const MOST_DEPTH = 100;

/** What JSON can be read with but not written again; undefined where all is well. */
function faultOf(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'a number that is too large';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MOST_DEPTH) return `values nested deeper than ${MOST_DEPTH} levels`;
  for (const key in value) {
    const fault = faultOf((value as Record<string, unknown>)[key], depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
