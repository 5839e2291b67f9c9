/** Where the targets of a run lie: `OUT/<safe name>/`, a name that make, a shell and any file system take as it is. */
import { createHash } from 'node:crypto';
import { usageError } from '../errors.js';
import { slugOf } from '../flowcam/vignette-name.js';

/** Make gives these a meaning in the names of targets, or a shell does in its words. */
const SPECIAL = /[\s:%#$*?[\]\\~'"`;|&<>()={}!^\u0000-\u001f\u007f]/u;

/** Room for the digest and for what stands around it in 255 bytes. */
const LONGEST_SLUG = 200;

/**
 * Checks that OUT can stand in a Makefile.
 *
 * @throws a usage error otherwise
 */
export function checkOut(out: string | undefined): string {
  if (out === undefined) throw usageError('OUT is not set', { hint: 'name a folder for the results: OUT=…' });
  const special = SPECIAL.exec(out)?.[0];
  if (special !== undefined)
    throw usageError(`OUT has a ${special === ' ' ? 'space' : `"${special}"`} in its name: ${out}`, {
      hint: 'make cannot work with such names; choose another folder for the results',
    });
  if (out.startsWith('-')) throw usageError(`OUT begins with a "-": ${out}`, { hint: `write ./${out}` });
  return out.replace(/(?<=.)\/+$/, '');
}

/**
 * The run's name as the name of a folder: everything but letters, digits, `_` and `-` becomes `-`; where that
 * changes something, eight digits of the name's SHA-256 follow, so that two runs never share a folder.
 */
export function safeName(run: string): string {
  const slug = slugOf(run).slice(0, LONGEST_SLUG);
  if (slug === run) return slug;
  return `${slug}-${createHash('sha256').update(run).digest('hex').slice(0, 8)}`;
}
