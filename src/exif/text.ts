/** Text as EXIF has it: ASCII and nothing else. */
import { untyped } from '../image/fields.js';
import type { Field } from '../image/ifd.js';

/** Escapes all beyond printable ASCII as JSON does, `\u00e9`; in JSON text that changes nothing of its meaning. */
export const toAscii = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The eight bytes that say which characters follow, in the tags that have no type of text. */
export const ASCII_CODE = 'ASCII\0\0\0';

const CODE = Buffer.from(ASCII_CODE, 'latin1');

/** ASCII text behind its character code. */
export const codedText = (ascii: Uint8Array): Field => untyped(Buffer.concat([CODE, ascii]));

/** The text behind an ASCII character code; undefined for other codes. */
export function readCodedText({ bytes, start, size }: Field): string | undefined {
  return bytes.toString('latin1', start, start + Math.min(size, CODE.length)) === ASCII_CODE
    ? bytes.toString('latin1', start + CODE.length, start + size).replace(/\0+$/, '')
    : undefined;
}
