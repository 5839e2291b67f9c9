import { isAscii, isUtf8 } from 'node:buffer';
import { inputError } from '../errors.js';
import { LIMITS, raise } from '../limits.js';

/** Neighbouring lines of a text, without their line ends. */
export interface LineBatch {
  /** 1-based number of the first of them. */
  first: number;
  lines: string[];
  /** Whether the last of them ends with a line end; only the last batch of a text may not. */
  ended: boolean;
}

export interface LineOptions {
  /** What the text is called in errors. */
  source: string;
  /** Read lines that are not UTF-8 as Windows-1252; otherwise they are an error. */
  legacy?: boolean;
  /** Refuse longer lines, in bytes. */
  maxLineBytes?: number | undefined;
}

const LF = 0x0a;

/** What Windows-1252 has at 0x80 to 0x9f; the rest is Latin-1. TextDecoder gets them wrong in Node 20.18.3 to 24. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const fromWindows1252 = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[\u0080-\u009f]/g, (one) => WINDOWS_1252[one.charCodeAt(0) - 0x80]!);

/**
 * Cuts a stream of bytes into lines, in batches as large as the chunks that come in. LF and CRLF end a line; a
 * byte order mark of UTF-8 is dropped.
 *
 * @throws an input error for lines that are too long, UTF-16, NUL bytes, and text that is not UTF-8
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  { source: file, legacy = false, maxLineBytes = LIMITS.lineBytes }: LineOptions,
): AsyncGenerator<LineBatch> {
  let first = 1;
  let start = true;
  let kept: Buffer[] = [];
  let keptBytes = 0;

  function decode(bytes: Buffer, ended: boolean): LineBatch {
    if (start) refuseUtf16(bytes, file);
    let text = isAscii(bytes) ? bytes.toString('latin1') : decodeText(bytes, legacy, { file, line: first });
    if (start) {
      start = false;
      if (text.startsWith('\ufeff')) text = text.slice(1);
    }
    if (text.includes('\0')) {
      const line = first + text.slice(0, text.indexOf('\0')).split('\n').length - 1;
      throw inputError('there is a NUL byte in this line', { file, line, hint: 'is it a text file?' });
    }
    const lines = text.split('\n');
    if (text.includes('\r'))
      for (const [at, line] of lines.entries()) if (line.endsWith('\r')) lines[at] = line.slice(0, -1);
    const batch = { first, lines, ended };
    first += lines.length;
    return batch;
  }

  const tooLong = (line: number) =>
    inputError(`this line is longer than ${maxLineBytes} bytes`, {
      file,
      line,
      hint: `is it the right file? If so, ${raise('max-line-bytes')}`,
    });

  /** A large chunk may hold a line beyond the limit whole; it is refused as it is when it comes in pieces. */
  function refuseLongLine(bytes: Buffer): void {
    let line = first;
    for (let at = 0, end = 0; at <= bytes.length; at = end + 1, line += 1) {
      end = bytes.indexOf(LF, at);
      if (end < 0) end = bytes.length;
      if (end - at > maxLineBytes) throw tooLong(line);
    }
  }

  for await (const chunk of input) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const end = bytes.lastIndexOf(LF);
    if (end < 0) {
      kept.push(bytes);
      keptBytes += bytes.length;
    } else {
      const whole =
        kept.length === 0 ? bytes.subarray(0, end) : Buffer.concat([...kept, bytes.subarray(0, end)]);
      kept = end + 1 < bytes.length ? [bytes.subarray(end + 1)] : [];
      keptBytes = bytes.length - end - 1;
      if (whole.length > maxLineBytes) refuseLongLine(whole);
      yield decode(whole, true);
    }
    if (keptBytes > maxLineBytes) throw tooLong(first);
  }
  if (keptBytes > 0) yield decode(Buffer.concat(kept), false);
}

function refuseUtf16(bytes: Buffer, file: string): void {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw inputError('this text is UTF-16', { file, hint: 'convert it: iconv -f UTF-16 -t UTF-8' });
}

function decodeText(bytes: Buffer, legacy: boolean, { file, line }: { file: string; line: number }): string {
  if (isUtf8(bytes)) return bytes.toString();
  const lines: string[] = [];
  for (let at = 0; at <= bytes.length; ) {
    const end = bytes.indexOf(LF, at);
    const one = bytes.subarray(at, end < 0 ? bytes.length : end);
    if (isUtf8(one)) lines.push(one.toString());
    else if (legacy) lines.push(fromWindows1252(one));
    else
      throw inputError('this line is not UTF-8', {
        file,
        line: line + lines.length,
        hint: 'convert the text: iconv -f WINDOWS-1252 -t UTF-8',
      });
    if (end < 0) break;
    at = end + 1;
  }
  return lines.join('\n');
}
