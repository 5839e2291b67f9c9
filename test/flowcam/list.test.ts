import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ListPart, readList } from '../../src/flowcam/list.js';
import { typedValue } from '../../src/flowcam/list-header.js';
import { readLines } from '../../src/streams/lines.js';
import { CHUNK_SIZES, collectAll, inChunks } from '../support/chunks.js';
import { guid, headText, listText, rowText } from '../support/lists.js';
import { refusalOf } from '../support/refusals.js';

async function read(text: Uint8Array | string, size?: number): Promise<ListPart[]> {
  const { parts } = await readList(
    readLines(inChunks(text, size), { source: 'x.lst', legacy: true }),
    'x.lst',
  );
  return collectAll(parts);
}

/** What was read, shortly: the cells of rows, the words of errors. */
const brief = (parts: ListPart[]) =>
  parts.map((part) =>
    'row' in part ? part.row.cells.join('|') : 'bad' in part ? `bad: ${part.bad.message}` : 'unended',
  );

const HEAD_LINES = headText().split('\n').length - 1;

test('rows have their place in the list and in the file, however a pipe cuts them', async () => {
  for (const size of CHUNK_SIZES) {
    const parts = await read(listText([{}, {}, {}]), size);
    expect(parts.map((part) => 'row' in part && [part.row.index, part.row.line])).toEqual([
      [0, HEAD_LINES + 1],
      [1, HEAD_LINES + 2],
      [2, HEAD_LINES + 3],
    ]);
    expect(brief(parts)).toEqual([0, 1, 2].map((at) => rowText(at)));
  }
});

test('the quick look at a row and the look at each cell agree on every number', async () => {
  const number = fc.oneof(
    fc.double().map(String),
    fc.integer().map(String),
    fc.stringMatching(/^[-+]?[0-9]{0,3}\.?[0-9]{0,5}(e[0-9])?$/),
    fc.constantFrom('007', '-0', '+1', '00.5', '-.5', '1.', '-', '', '1.5000', '123456789012345678.5'),
  );
  await fc.assert(
    fc.asyncProperty(number, number, async (id, calibration) => {
      const [part] = await read(`${headText()}${rowText(0, { id, cal_const: calibration })}\n`);
      const good = typedValue(id, 'int32') !== undefined && typedValue(calibration, 'double') !== undefined;
      expect(part !== undefined && 'row' in part).toBe(good);
      // What is called plain goes into NDJSON as it is written, and must mean the same there.
      if (part !== undefined && 'row' in part && part.row.plain)
        expect([JSON.parse(id), JSON.parse(calibration)]).toEqual([Number(id), Number(calibration)]);
    }),
    { numRuns: 500 },
  );
});

describe('the end of a list', () => {
  test('may be empty lines', async () => {
    for (const size of CHUNK_SIZES) expect((await read(`${listText([{}])}\n\r\n\n`, size)).length).toBe(1);
  });

  test('may lack its line end, which is said', async () => {
    for (const size of CHUNK_SIZES) {
      const parts = await read(listText([{}, {}]).slice(0, -1), size);
      expect(brief(parts)).toEqual([rowText(0), rowText(1), 'unended']);
      expect(parts[2]).toEqual({ unended: HEAD_LINES + 2 });
    }
  });

  test('is known to be missing wherever the last line is cut', async () => {
    const text = listText([{}, {}]);
    const lastLine = rowText(1);
    for (let cut = 2; cut <= lastLine.length; cut += 1) {
      const parts = await read(text.slice(0, -cut));
      expect(parts).toHaveLength(2);
      expect(brief(parts)[1]).toMatch(
        /^bad: (\d+ fields? where the header names 10|the list ends inside this line|\w+ is ".*", which is no)/,
      );
    }
  });
});

describe('a bad row is an error in its place, so that it can be skipped', () => {
  const cases: [what: string, row: string, words: RegExp][] = [
    ['too few fields', rowText(1).split('|').slice(1).join('|'), /^9 fields where the header names 10$/],
    ['too many fields', `${rowText(1)}|`, /^11 fields where the header names 10$/],
    ['letters in a number', rowText(1, { image_x: '1x' }), /^image_x is "1x", which is no whole number$/],
    ['nothing in place of a number', rowText(1, { cal_const: '' }), /^cal_const is "", which is no number$/],
    ['NaN', rowText(1, { cal_const: 'NaN' }), /which is no number$/],
    ['a number beyond all', rowText(1, { cal_const: '1e999' }), /which is no number$/],
    [
      'a very long value, shortened',
      rowText(1, { id: 'x'.repeat(5000) }),
      /^id is "x{40}", which is no whole number$/,
    ],
  ];
  for (const [what, bad, words] of cases)
    test(what, async () => {
      const parts = await read(`${headText()}${rowText(0)}\n${bad}\n${rowText(2)}\n`);
      expect(brief(parts)).toEqual([rowText(0), expect.any(String), rowText(2)]);
      expect(parts[1]).toMatchObject({
        index: 1,
        bad: { kind: 'input', file: 'x.lst', line: HEAD_LINES + 2, message: expect.stringMatching(words) },
      });
      expect(parts[2]).toMatchObject({ row: { index: 2 } });
    });
});

test('an empty line in the middle is refused: something is missing there', async () => {
  const error = await refusalOf(() => read(`${listText([{}])}\n${rowText(1)}\n`));
  expect(error).toMatchObject({ message: 'this line is empty', line: HEAD_LINES + 2 });
});

test('a list without rows has none', async () => {
  expect(await read(headText())).toEqual([]);
});

test('values are taken as they are: no quotes, no escapes, no trimming', async () => {
  const name = ' "a\\b",c\t\'d\' ';
  const [part] = await read(listText([{ collage_file: name }]));
  expect(part).toMatchObject({ row: { cells: expect.arrayContaining([name, guid(1)]) } });
});
