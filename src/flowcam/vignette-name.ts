/** Names of vignettes, made from a template over the record's fields. */
import { usageError } from '../errors.js';

/** The names that are in use in the wild. */
export const DEFAULT_TEMPLATE = '{run}_{index}';

/** Room for `.mask.png` and for the digits of a temporary name within the 255 bytes of a file name. */
const MOST_BYTES = 200;

type Part = string | { field: string; slug: boolean };

export type NameMaker = (record: Record<string, unknown>, number: number) => string;

/**
 * Compiles a template: `{field}` is a field of the record, `{field:slug}` the same with everything but letters,
 * digits, `_` and `-` turned into `-` (WebDataset takes the first dot for the start of the extension, and run
 * names hold dots), `{number}` counts from 0 across the stream.
 *
 * The maker throws plain errors whose message says what is wrong with a name.
 *
 * @throws a usage error where the template is none
 */
export function nameMaker(template: string): NameMaker {
  const parts = parse(template);
  return (record, number) => {
    const name = parts.map((part) => (typeof part === 'string' ? part : fill(part, record, number))).join('');
    const fault = faultOf(name);
    if (fault !== undefined) throw new Error(`the name "${name}" ${fault}`);
    return name;
  };
}

function parse(template: string): Part[] {
  const parts: Part[] = [];
  const pattern = /\{([^{}]*)\}|[{}]/g;
  let at = 0;
  for (const match of template.matchAll(pattern)) {
    const field = /^([^:]+)(:slug)?$/.exec(match[1] ?? '');
    if (field === null)
      throw usageError(`the name template "${template}" has a stray ${match[0]}`, {
        hint: 'fields are written {run}, {index} or {run:slug}',
      });
    parts.push(template.slice(at, match.index), { field: field[1]!, slug: field[2] !== undefined });
    at = match.index + match[0].length;
  }
  parts.push(template.slice(at));
  return parts.filter((part) => part !== '');
}

function fill(
  { field, slug }: { field: string; slug: boolean },
  record: Record<string, unknown>,
  number: number,
) {
  const value = field === 'number' && record.number === undefined ? number : record[field];
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new Error(`the record has no field ${field} for the name`);
  return slug ? slugOf(String(value)) : String(value);
}

/** Text with everything but ASCII letters, digits, `_` and `-` turned into `-`. */
export const slugOf = (text: string): string => text.replace(/[^A-Za-z0-9_-]/gu, '-');

/** Why a name cannot be that of a vignette; undefined where it can. */
function faultOf(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (Buffer.byteLength(name) > MOST_BYTES) return `is longer than ${MOST_BYTES} bytes`;
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'has a control character';
  if (/\p{Surrogate}/u.test(name)) return 'is no text: it holds half a character';
  if (/[/\\]/.test(name)) return 'is a path';
  if (name.startsWith('.')) return 'starts with a dot, and such files are not seen';
  if (/\.mask$/i.test(name)) return 'ends as the names of masks do';
  return undefined;
}
