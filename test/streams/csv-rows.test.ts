import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvLine, readCsvRows } from '../../src/streams/csv-rows.js';
import { readLines } from '../../src/streams/lines.js';
import { CHUNK_SIZES, collectAll, inChunks } from '../support/chunks.js';
import { shell } from '../support/programs.js';
import { refusalOf } from '../support/refusals.js';
import { testWith } from '../support/requirements.js';

const read = (text: Uint8Array | string, size?: number) =>
  collectAll(readCsvRows(readLines(inChunks(text, size), { source: 'x.csv' }), 'x.csv'));

/** Cells as they may stand in a table; line breaks within a cell are LF, as our reader takes CRLF for a line's end. */
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', "'", 'é', '|', '\r') }),
  fc.string({ unit: 'grapheme' }),
);
const table = fc
  .array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
  .filter((rows) => !/\0|\r\n|^\ufeff/.test(rows.map((cells) => cells.join()).join('\n')))
  .filter((rows) => rows.every((cells) => cells.every((one) => !one.endsWith('\r'))));

describe('the cells that were written are read', () => {
  test('from what csv-stringify writes, whatever it quotes, however a pipe cuts it', async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), fc.nat(30), async (rows, quoted, size) => {
        const text = stringify(rows, { quoted });
        expect((await read(text, size + 1)).map(({ cells }) => cells)).toEqual(rows);
      }),
    );
  });

  test('from what we write', async () => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        expect((await read(rows.map(csvLine).join(''))).map(({ cells }) => cells)).toEqual(rows);
      }),
    );
  });

  testWith(['mlr'], 'mlr reads what we write, too', async () => {
    const rows = [
      ['name', 'text'],
      ['a', 'plain'],
      ['b', 'comma, quote " and\nline'],
      ['c', ''],
      ['d', ' spaces '],
      ['e', 'é 𝄞'],
    ];
    const input = rows.map(csvLine).join('');
    const { stdout, status } = await shell('mlr --icsv --ojson cat', { input });
    expect(status).toBe(0);
    expect(JSON.parse(stdout.toString())).toEqual(rows.slice(1).map(([name, text]) => ({ name, text })));
  });
});

test('rows say where they begin, also behind cells of several lines', async () => {
  const text = 'a,b\r\n"1\n2\n""3",x\n4,5\n';
  for (const size of CHUNK_SIZES)
    expect(await read(text, size)).toEqual([
      { line: 1, cells: ['a', 'b'], size: 3 },
      { line: 2, cells: ['1\n2\n"3', 'x'], size: 12 },
      { line: 5, cells: ['4', '5'], size: 3 },
    ]);
});

describe('a table that is cut is refused, with its line', () => {
  const cases: [what: string, text: string, line: number, words: RegExp][] = [
    ['inside a line', 'a,b\n1,2\n3,4', 3, /ends inside this line/],
    ['inside a line behind a quotation', 'a,b\n"1",2', 2, /ends inside this line/],
    ['inside a quotation', 'a,b\n"1,2\n3,4\n', 2, /quotation that begins here never ends/],
  ];
  for (const [what, text, line, words] of cases)
    test(what, async () => {
      for (const size of CHUNK_SIZES) {
        const error = await refusalOf(() => read(text, size));
        expect(error.message).toMatch(words);
        expect(error.line).toBe(line);
      }
    });

  test('a quotation mark in the middle of a cell', async () => {
    const error = await refusalOf(() => read('a,b\nx"y"z,2\n'));
    expect(error.message).toMatch(/not CSV/);
    expect(error.line).toBe(2);
  });

  test('a quotation that swallows the rest of a large table, before it fills the memory', async () => {
    let taken = 0;
    async function* endless() {
      yield Buffer.from('a,b\n1,"2\n');
      for (; taken < 100_000_000; taken += 65_536) yield Buffer.from('1,2\n'.repeat(16_384));
    }
    const error = await refusalOf(() =>
      collectAll(readCsvRows(readLines(endless(), { source: 'x.csv' }), 'x.csv')),
    );
    expect(error.message).toMatch(/quotation/);
    expect(error.line).toBe(2);
    expect(taken).toBeLessThan(4_000_000);
  });
});
