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

/** What a header is written to, in its place between the bodies. */
interface Sink {
  addRoom(size: number): Buffer;
}

/**
 * Writes the header block, or blocks, of a regular file: mode 0644, owner 0, a fixed modification time, so that the
 * same files give the same archive. Names beyond 100 bytes or ASCII get a pax `path` record.
 */
export function writeHeader(sink: Sink, name: string, size: number): void {
  if (name.length <= NAME_ROOM && isAscii(name)) {
    writeBlock(sink, name, size, '0');
    return;
  }
  const record = paxRecord('path', name);
  writeBlock(sink, 'PaxHeader', record.length, 'x');
  const room = sink.addRoom(record.length + paddingOf(record.length));
  room.fill(0, record.copy(room));
  writeBlock(sink, shortened(name), size, '0');
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/** What readers without pax see: as much of a name as there is room for, in whole characters; its bytes as Latin-1. */
function shortened(name: string): string {
  const whole = Buffer.from(name)
    .subarray(0, NAME_ROOM)
    .toString()
    .replace(/\ufffd+$/, '');
  return Buffer.from(whole).subarray(0, NAME_ROOM).toString('latin1');
}

const TEMPLATE = (() => {
  const block = Buffer.alloc(BLOCK);
  block.write('0000644\0' + '0000000\0' + '0000000\0', 100, 'latin1');
  block.write(`${MODIFIED.toString(8).padStart(11, '0')}\0`, 136, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  return block;
})();
const TEMPLATE_SUM = sumOf(TEMPLATE) + CHECKSUM_ROOM * 0x20;

const SIZE_AT = 124;
const TYPE_AT = 156;

/** @param name of at most 100 characters, each a byte */
function writeBlock(sink: Sink, name: string, size: number, type: '0' | 'x'): void {
  const block = sink.addRoom(BLOCK);
  block.set(TEMPLATE);
  block[TYPE_AT] = type.charCodeAt(0);
  let sum = TEMPLATE_SUM + block[TYPE_AT]!;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    block[at] = code;
    sum += code;
  }
  sum += writeOctal(block, SIZE_AT, 11, size);
  writeOctal(block, CHECKSUM_AT, 6, sum);
  block[CHECKSUM_AT + 7] = 0x20;
}

/** Writes `digits` octal digits, with zeros in front, and returns the sum of their bytes. A NUL is behind them. */
function writeOctal(block: Buffer, from: number, digits: number, value: number): number {
  let sum = 0;
  let rest = value;
  for (let at = from + digits - 1; at >= from; at -= 1) {
    const digit = 0x30 + (rest % 8);
    block[at] = digit;
    sum += digit;
    rest = Math.floor(rest / 8);
  }
  return sum;
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
  const flag = block[TYPE_AT] === 0 || block[TYPE_AT] === 0x37 ? '0' : String.fromCharCode(block[TYPE_AT]!);
  let name = text(block, 0, NAME_ROOM);
  if (block[345] !== 0 && block.toString('latin1', 257, 263) === 'ustar\0')
    name = `${text(block, 345, 155)}/${name}`;
  return { name, size, type: flag };
}

function sumOf(block: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) sum += block[at]!;
  return sum;
}

function text(block: Buffer, from: number, room: number): string {
  const end = block.indexOf(0, from);
  return block.toString('utf8', from, end < 0 ? from + room : Math.min(end, from + room));
}

/** A number in octal: spaces, digits, then the end of the field, a NUL or a space. */
function octal(block: Buffer, from: number, room: number): number | undefined {
  let at = from;
  const end = from + room;
  while (at < end && block[at] === 0x20) at += 1;
  const first = at;
  let value = 0;
  for (; at < end && block[at]! >= 0x30 && block[at]! <= 0x37; at += 1) value = value * 8 + block[at]! - 0x30;
  const closed = at === end || block[at] === 0 || block[at] === 0x20;
  return at > first && closed ? value : undefined;
}

/** The size field: octal, or big-endian binary behind a set high bit (GNU, for 8 GiB and more). */
function sizeOf(block: Buffer): number | undefined {
  if (block[SIZE_AT] !== 0x80) return octal(block, SIZE_AT, 12);
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
