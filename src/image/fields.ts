/** Makes the fields of directories from values. */
import { ASCII, BYTE, type Field, LONG, RATIONAL, SHORT, SRATIONAL, UNDEFINED } from './ifd.js';

/** A fraction as EXIF has them: both parts whole numbers of 32 bits. */
export type Fraction = readonly [numerator: number, denominator: number];

/** A field whose value is all of `bytes`, in little-endian order. */
const field = (type: number, count: number, bytes: Buffer): Field => ({
  type,
  count,
  bytes,
  start: 0,
  size: bytes.length,
});

export const bytes = (...values: number[]): Field => field(BYTE, values.length, Buffer.from(values));

/** Text closed by a NUL. Anything beyond ASCII is the caller's to replace. */
export function ascii(text: string): Field {
  const data = Buffer.from(`${text}\0`, 'latin1');
  return field(ASCII, data.length, data);
}

export function shorts(...values: number[]): Field {
  const data = Buffer.allocUnsafe(values.length * 2);
  for (let index = 0; index < values.length; index += 1) data.writeUInt16LE(values[index]!, index * 2);
  return field(SHORT, values.length, data);
}

export function longs(...values: number[]): Field {
  const data = Buffer.allocUnsafe(values.length * 4);
  for (let index = 0; index < values.length; index += 1) data.writeUInt32LE(values[index]!, index * 4);
  return field(LONG, values.length, data);
}

export function rationals(...values: Fraction[]): Field {
  const data = Buffer.allocUnsafe(values.length * 8);
  values.forEach(([numerator, denominator], index) => {
    data.writeUInt32LE(numerator, index * 8);
    data.writeUInt32LE(denominator, index * 8 + 4);
  });
  return field(RATIONAL, values.length, data);
}

export function signedRational([numerator, denominator]: Fraction): Field {
  const data = Buffer.allocUnsafe(8);
  data.writeInt32LE(numerator);
  data.writeInt32LE(denominator, 4);
  return field(SRATIONAL, 1, data);
}

/** Bytes that no byte order turns round. */
export const untyped = (data: Buffer): Field => field(UNDEFINED, data.length, data);
