/**
 * The 512-byte headers of tar archives: POSIX ustar with pax extensions written, ustar, pax and GNU read.
 * Source: POSIX.1-2017 `pax`, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
 *
 * tar-stream has such a codec but does not export it, and its one-entry-at-a-time streams cost more than the
 * rest of the pipeline.
 */

export const BLOCK = 512;

/** Bytes that fill up a body of `size` bytes to whole blocks. */
export const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

const NAME_ROOM = 100;
const CHECKSUM_AT = 148;
const CHECKSUM_ROOM = 8;

/** 1 January 1980 in seconds: some programs take 1970 for no time at all, and zip cannot say less. */
const MODIFIED = Date.UTC(1980, 0) / 1000;

/**
 * The header block, or blocks, of a regular file: mode 0644, owner 0, a fixed modification time, so that the same
 * files give the same archive. Names beyond 100 bytes or ASCII get a pax `path` record.
 */
export function encodeHeader(name: string, size: number): Buffer {
  const bytes = Buffer.from(name);
  if (bytes.length <= NAME_ROOM && bytes.length === name.length) return ustarBlock(bytes, size, '0');
  const record = paxRecord('path', name);
  const record512 = Buffer.alloc(record.length + paddingOf(record.length));
  record.copy(record512);
  // What readers without pax see: as much of the name as there is room for, in whole characters.
  const short = Buffer.from(
    bytes
      .subarray(0, NAME_ROOM)
      .toString()
      .replace(/\ufffd+$/, ''),
  );
  return Buffer.concat([
    ustarBlock(Buffer.from('PaxHeader'), record.length, 'x'),
    record512,
    ustarBlock(short.subarray(0, NAME_ROOM), size, '0'),
  ]);
}

const TEMPLATE = (() => {
  const block = Buffer.alloc(BLOCK);
  block.write('0000644\0' + '0000000\0' + '0000000\0', 100, 'latin1');
  block.write(`${MODIFIED.toString(8).padStart(11, '0')}\0`, 136, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  return block;
})();
const TEMPLATE_SUM = sumOf(TEMPLATE) + CHECKSUM_ROOM * 0x20;

function ustarBlock(name: Uint8Array, size: number, type: '0' | 'x'): Buffer {
  const block = Buffer.from(TEMPLATE);
  block.set(name, 0);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write(type, 156, 'latin1');
  let sum = TEMPLATE_SUM + type.charCodeAt(0);
  for (const byte of name) sum += byte;
  for (let at = 124; at < 136; at += 1) sum += block[at]!;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM_AT, 'latin1');
  return block;
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

export interface Header {
  name: string;
  size: number;
  /** The type flag as a character; `0` for regular files, whatever the dialect. */
  type: string;
}

/** Whether a block is all zeros, as the two at an archive's end are. */
export function isZero(block: Uint8Array): boolean {
  for (const byte of block) if (byte !== 0) return false;
  return true;
}

/**
 * Reads a header block.
 *
 * @returns undefined where the checksum or the size field says that this is no header
 */
export function decodeHeader(block: Buffer): Header | undefined {
  const stored = octal(block, CHECKSUM_AT, CHECKSUM_ROOM);
  let sum = CHECKSUM_ROOM * 0x20 + sumOf(block);
  for (let at = CHECKSUM_AT; at < CHECKSUM_AT + CHECKSUM_ROOM; at += 1) sum -= block[at]!;
  if (stored !== sum) return undefined;
  const size = sizeOf(block);
  if (size === undefined) return undefined;
  const flag = block[156] === 0 || block[156] === 0x37 ? '0' : String.fromCharCode(block[156]!);
  let name = text(block, 0, NAME_ROOM);
  const posix = block.toString('latin1', 257, 263) === 'ustar\0';
  if (posix && block[345] !== 0) name = `${text(block, 345, 155)}/${name}`;
  return { name, size, type: flag };
}

function sumOf(block: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) sum += block[at]!;
  return sum;
}

function text(block: Buffer, from: number, room: number): string {
  const end = block.subarray(from, from + room).indexOf(0);
  return block.toString('utf8', from, end < 0 ? from + room : from + end);
}

function octal(block: Buffer, from: number, room: number): number | undefined {
  const digits = block.toString('latin1', from, from + room).replace(/^ +|[\0 ].*$/gs, '');
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** The size field: octal, or big-endian binary behind a set high bit (GNU, for 8 GiB and more). */
function sizeOf(block: Buffer): number | undefined {
  if (block[124] !== 0x80) return octal(block, 124, 12);
  const size = block.readBigUInt64BE(128);
  return size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : undefined;
}

/**
 * The records of a pax extended header.
 *
 * @returns undefined where it is malformed
 */
export function decodePax(body: Buffer): Map<string, string> | undefined {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const digits = space < 0 ? '' : body.toString('latin1', at, space);
    if (!/^[1-9]\d{0,9}$/.test(digits)) return undefined;
    const end = at + Number(digits);
    const equals = body.indexOf(0x3d, space);
    if (end > body.length || equals < 0 || equals >= end || body[end - 1] !== 0x0a) return undefined;
    records.set(body.toString('utf8', space + 1, equals), body.toString('utf8', equals + 1, end - 1));
    at = end;
  }
  return records;
}
