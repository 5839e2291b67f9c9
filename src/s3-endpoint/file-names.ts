/**
 * Where an object lies in the endpoint's folder: a path that a person can read, and that no key can turn into
 * a way out of the folder or onto another object's file.
 *
 * Each segment of a key becomes a folder or a file of that name. `%` and everything but plain ASCII characters is
 * percent-encoded, and so is a dot at the start, which leaves neither `.` nor `..` nor hidden files. What then
 * follows a `%` that is no escape marks the special cases:
 *
 * - `%_` is an empty segment (`a//b`);
 * - a segment of more than 150 characters is cut, and `%~` with the beginning of its SHA-256 follows;
 * - the keys `a` and `a/b` may both exist, but no file and folder of one name. So a name with an ending such as
 *   `.tif` belongs to the file and any other to the folder, and the other kind gets a `%` at its end.
 */
import { createHash } from 'node:crypto';

const LONGEST = 150;
const LIKE_A_FILE = /\.[A-Za-z][A-Za-z0-9]{0,7}$/;

const encodeSegment = (segment: string): string => {
  if (segment === '') return '%_';
  const encoded = Array.from(Buffer.from(segment), (byte, index) => {
    const character = String.fromCharCode(byte);
    const plain = /[A-Za-z0-9_,=@+~ ()-]/.test(character) || (character === '.' && index > 0);
    return plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
  if (encoded.length <= LONGEST) return encoded;
  return `${encoded.slice(0, LONGEST - 40)}%~${createHash('sha256').update(segment).digest('hex').slice(0, 32)}`;
};

/** The segments of the path of the object's file, below the bucket's folder. */
export function fileSegments(key: string): string[] {
  const names = key.split('/').map(encodeSegment);
  return names.map((name, index) => {
    const isFile = index === names.length - 1;
    return LIKE_A_FILE.test(name) === isFile ? name : `${name}%`;
  });
}
