import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LineOptions, readLines } from '../../src/streams/lines.js';
import { CHUNK_SIZES, collect, inChunks } from '../support/chunks.js';
import { refusalOf } from '../support/refusals.js';

interface Read {
  lines: string[];
  ended: boolean;
}

async function read(
  bytes: Uint8Array | string,
  size?: number,
  options: Partial<LineOptions> = {},
): Promise<Read> {
  const batches = await collect(readLines(inChunks(bytes, size), { source: 'x.lst', ...options }));
  let next = 1;
  for (const { first, lines } of batches) {
    expect(first).toBe(next);
    next += lines.length;
  }
  return { lines: batches.flatMap(({ lines }) => lines), ended: batches.at(-1)?.ended ?? true };
}

/** The same in chunks of every awkward size. */
async function everyWay(bytes: Uint8Array | string, expected: Read, options?: Partial<LineOptions>) {
  for (const size of CHUNK_SIZES)
    expect(await read(bytes, size, options), `chunks of ${size}`).toEqual(expected);
}

/** The error, which must be the same in chunks of every awkward size. */
async function refusedEveryWay(bytes: Uint8Array | string, options?: Partial<LineOptions>) {
  const errors = [];
  for (const size of CHUNK_SIZES) {
    const { message, line } = await refusalOf(() => read(bytes, size, options));
    errors.push({ message, line });
  }
  expect(new Set(errors.map((error) => JSON.stringify(error))).size).toBe(1);
  return errors[0]!;
}

describe('lines are the same however a pipe cuts them', () => {
  test('LF and CRLF end a line; a byte order mark is dropped', async () => {
    await everyWay('\ufeffa\r\nb\n\nd\n', { lines: ['a', 'b', '', 'd'], ended: true });
  });

  test('only the last line may lack its end, and says so', async () => {
    await everyWay('a\nb', { lines: ['a', 'b'], ended: false });
    await everyWay('', { lines: [], ended: true });
  });

  test('a byte order mark in the middle is text, and so is a lone CR', async () => {
    await everyWay('a\n\ufeffb\rc\n', { lines: ['a', '\ufeffb\rc'], ended: true });
  });

  test('UTF-8 of all lengths', async () => {
    await everyWay('æ\n€ 𝄞\n', { lines: ['æ', '€ 𝄞'], ended: true });
  });

  test('any text, cut anywhere', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !/[\0\r\n\ufeff]/.test(text));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1 }),
        fc.nat(20),
        fc.boolean(),
        async (lines, size, crlf) => {
          const text = lines.map((one) => one + (crlf ? '\r\n' : '\n')).join('');
          expect(await read(text, size + 1)).toEqual({ lines, ended: true });
        },
      ),
    );
  });
});

describe('text that is no UTF-8', () => {
  const latin = Buffer.from('a\nT\xe4nk\x80\n\xc3\xa9\n', 'latin1');

  test('is read as Windows-1252 where that is allowed, line by line', async () => {
    await everyWay(latin, { lines: ['a', 'Tänk€', 'é'], ended: true }, { legacy: true });
  });

  test('is refused with its line elsewhere', async () => {
    expect(await refusedEveryWay(latin)).toEqual({ message: 'this line is not UTF-8', line: 2 });
  });
});

describe('what is no text is refused, however a pipe cuts it', () => {
  test('UTF-16 of both byte orders, by its name', async () => {
    for (const legacy of [true, false]) {
      const little = Buffer.from('\ufeff017\nnum', 'utf16le');
      expect((await refusedEveryWay(little, { legacy })).message).toMatch(/UTF-16/);
      expect((await refusedEveryWay(Buffer.from(little).swap16(), { legacy })).message).toMatch(/UTF-16/);
    }
  });

  test('a NUL byte, with its line', async () => {
    expect(await refusedEveryWay('a\nb\nc\0\nd\n')).toEqual({
      message: 'there is a NUL byte in this line',
      line: 3,
    });
  });
});

describe('a long line is refused before it fills the memory', () => {
  const options = { maxLineBytes: 100 };

  test('at the same length in chunks of every size, with its line', async () => {
    const most = `a\n${'x'.repeat(100)}\nb\n`;
    await everyWay(most, { lines: ['a', 'x'.repeat(100), 'b'], ended: true }, options);
    for (const text of [`a\n${'x'.repeat(101)}\nb\n`, `a\n${'x'.repeat(101)}`])
      expect(await refusedEveryWay(text, options)).toEqual({
        message: 'this line is longer than 100 bytes',
        line: 2,
      });
  });

  test('after little more than was allowed, of 100 MB that were to come', async () => {
    let taken = 0;
    async function* endless() {
      for (; taken < 100_000_000; taken += 65_536) yield Buffer.alloc(65_536, 'x');
    }
    const error = await refusalOf(() => collect(readLines(endless(), { source: 'x.lst' })));
    expect(error.message).toMatch(/longer than 1048576 bytes/);
    expect(taken).toBeLessThan(2 ** 21);
  });
});
