import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLines } from '../../src/streams/lines.js';
import { failureLine, readNdjson } from '../../src/streams/ndjson.js';
import { CHUNK_SIZES, collectAll, inChunks } from '../support/chunks.js';
import { refusalOf } from '../support/refusals.js';

const read = (text: string, size?: number) =>
  collectAll(readNdjson(readLines(inChunks(text, size), { source: 'stdin' }), 'stdin'));

test('any objects, a line each, however a pipe cuts them', async () => {
  const object = fc.dictionary(
    fc.string({ unit: 'grapheme' }).filter((key) => key !== '$error'),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(object), fc.nat(30), async (objects, size) => {
      const text = objects.map((one) => `${JSON.stringify(one)}\n`).join('');
      const lines = await read(text, size + 1);
      expect(lines).toEqual(
        objects.map((one, at) => {
          const said = JSON.stringify(one);
          return { line: at + 1, value: JSON.parse(said), size: said.length };
        }),
      );
    }),
  );
});

describe('what is no record is refused with its line', () => {
  const cases: [what: string, text: string, line: number, words: RegExp][] = [
    ['a text cut inside a line', '{"a":1}\n{"a":2', 2, /ends inside this line/],
    ['a text cut before its last line end', '{"a":1}\n{"a":2}', 2, /ends inside this line/],
    ['what jq writes without -c', '{\n  "a": 1\n}\n', 1, /not JSON/],
    ['an empty line', '{"a":1}\n\n{"a":2}\n', 2, /not JSON/],
    ['an array', '{"a":1}\n[1]\n', 2, /not a JSON object/],
    ['a null', 'null\n', 1, /not a JSON object/],
    ['two on a line', '{"a":1} {"a":2}\n', 1, /not JSON/],
    [
      'the line of a step that failed',
      `{"a":1}\n${failureLine('x.lst:7: too\nbad')}`,
      2,
      /step before failed: x.lst:7/,
    ],
    ['that line even where it says nothing', '{"$error":null}\n', 1, /step before failed/],
  ];
  for (const [what, text, line, words] of cases)
    test(what, async () => {
      for (const size of CHUNK_SIZES) {
        const error = await refusalOf(() => read(text, size));
        expect(error.message).toMatch(words);
        expect(error.line).toBe(line);
      }
    });

  test('and says what to type where jq lacks -c', async () => {
    expect((await refusalOf(() => read('{\n  "a": 1\n}\n'))).hint).toMatch(/jq needs -c/);
  });
});
