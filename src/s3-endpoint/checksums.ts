/** The checksums that SDKs send with a body, in `x-amz-checksum-*` headers or trailers. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { S3Error } from './s3-error.js';

/** Takes bytes piece by piece; `base64` ends it. */
export interface Checksum {
  update(piece: Uint8Array): void;
  base64(): string;
}

export const digest = (algorithm: string): Checksum => {
  const hash = createHash(algorithm);
  return {
    update: (piece) => {
      hash.update(piece);
    },
    base64: () => hash.digest('base64'),
  };
};

const crc = (next: (piece: Uint8Array, value: number) => number): Checksum => {
  let value = 0;
  return {
    update: (piece) => {
      value = next(piece, value);
    },
    base64: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value >>> 0);
      return bytes.toString('base64');
    },
  };
};

/** Castagnoli's polynomial, bits reflected. */
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

const crc32c = (piece: Uint8Array, start: number): number => {
  let value = ~start;
  for (const byte of piece) value = CRC32C_TABLE[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return ~value;
};

const MAKERS: Record<string, () => Checksum> = {
  'x-amz-checksum-crc32': () => crc((piece, value) => crc32(piece, value)),
  'x-amz-checksum-crc32c': () => crc(crc32c),
  'x-amz-checksum-sha1': () => digest('sha1'),
  'x-amz-checksum-sha256': () => digest('sha256'),
};

/** Headers that only name an algorithm or a kind of checksum and carry none. */
const DESCRIPTIVE = new Set(['x-amz-checksum-algorithm', 'x-amz-checksum-type', 'x-amz-checksum-mode']);

export const isChecksumHeader = (name: string): boolean =>
  name.startsWith('x-amz-checksum-') && !DESCRIPTIVE.has(name);

/** @throws S3Error NotImplemented for an algorithm that this store does not know */
export function checksumFor(header: string): Checksum {
  const make = MAKERS[header];
  if (make === undefined) throw new S3Error('NotImplemented', `The checksum ${header} is not known here`);
  return make();
}
