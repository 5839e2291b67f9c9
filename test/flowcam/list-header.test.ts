import { describe, expect, test } from 'vitest';
import {
  type FieldType,
  type ListHeader,
  ListHeaderParser,
  typedValue,
} from '../../src/flowcam/list-header.js';
import { FIELDS, headText } from '../support/lists.js';
import { refusalOf } from '../support/refusals.js';

function parse(text: string): ListHeader | undefined {
  const parser = new ListHeaderParser('x.lst');
  for (const line of text.split('\n')) {
    const header = parser.take(line);
    if (header !== undefined) return header;
  }
  throw parser.cutShort();
}

test('fields keep their names, types and order, whatever their number', () => {
  for (const count of [1, 10, 53, 57, 65, 200]) {
    const fields = Array.from({ length: count }, (_, at) => ({ name: `field_${at}`, type: 'double' }));
    const header = parse(headText(fields.map(({ name, type }) => `${name}|${type}`)));
    expect(header).toEqual({ version: 17, fields });
  }
});

test('later versions are read, by their number', () => {
  for (const [version, number] of [['17', 17], ['017', 17], ['018', 18], ['100', 100]] as const) // biome-ignore format: pairs
    expect(parse(headText(FIELDS, version))?.version).toBe(number);
});

describe('a head that is broken is refused, with line and reason', () => {
  const cases: [what: string, text: string, line: number, words: RegExp][] = [
    ['an empty list', '', 1, /no FlowCam list/],
    ['a legacy version', headText(FIELDS, '016'), 1, /version 016 are not read/],
    ['a legacy list with colons', '5:1:2\nmore\n', 1, /version 5:1:2 are not read/],
    ['a version that is none', headText(FIELDS, 'v17'), 1, /no FlowCam list/],
    ['an image', 'II*\u0000\u0008', 1, /no FlowCam list/],
    ['no number of fields', '017\nid|int32\n', 2, /num-fields\|N is due/],
    ['a number of fields in letters', '017\nnum-fields|ten\n', 2, /num-fields\|N is due/],
    ['no fields at all', '017\nnum-fields|0\n', 2, /from 1 to 1000 fields, not 0/],
    ['a million fields', '017\nnum-fields|999999\n', 2, /from 1 to 1000 fields, not 999999/],
    ['a count one too high: a row stands where a field is due', '017\nnum-fields|2\nid|int32\n1\n', 4, /field 2 of 2 is due/],
    ['a field without type', '017\nnum-fields|1\nid\n', 3, /field 1 of 1 is due/],
    ['a field with two types', '017\nnum-fields|1\nid|int32|x\n', 3, /field 1 of 1 is due/],
    ['a field without name', '017\nnum-fields|1\n|int32\n', 3, /no proper name/],
    ['a name with a control character', '017\nnum-fields|1\ni\u001bd|int32\n', 3, /no proper name/],
    ['a name with a quotation mark', '017\nnum-fields|1\ni"d|int32\n', 3, /no proper name/],
    ['an unknown type', '017\nnum-fields|1\nid|int64\n', 3, /type "int64" of id is unknown/],
    ['a field twice', '017\nnum-fields|2\nid|int32\nid|int32\n', 4, /id is there twice/],
    ['a head that is cut', '017\nnum-fields|2\nid|int32', 3, /ends inside its head, which has 2 fields/],
  ]; // biome-ignore format: a row a case
  for (const [what, text, line, words] of cases)
    test(what, async () => {
      const error = await refusalOf(() => parse(text.endsWith('\n') ? text.slice(0, -1) : text));
      expect(error).toMatchObject({ kind: 'input', file: 'x.lst', line });
      expect(error.message).toMatch(words);
    });

  for (const name of ['run', 'folder', 'directory', 'index', 'instrument', '$error', '__proto__'])
    test(`a field called ${name}, which is the toolkit's own`, async () => {
      const error = await refusalOf(() => parse(`017\nnum-fields|1\n${name}|string`));
      expect(error.message).toMatch(/cannot be told from the toolkit's own/);
    });
});

describe('values are typed by their field, or none', () => {
  const values: [FieldType, string, number | string | undefined][] = [
    ['int32', '0', 0],
    ['int32', '-5', -5],
    ['int32', '2147483647', 2147483647],
    ['int32', '-2147483648', -2147483648],
    ['int32', '2147483648', undefined],
    ['int32', '-2147483649', undefined],
    ['int32', '1.0', undefined],
    ['int32', '1e3', undefined],
    ['int32', '0x10', undefined],
    ['int32', ' 1', undefined],
    ['int32', '', undefined],
    ['double', '9.2500', 9.25],
    ['double', '-0.5', -0.5],
    ['double', '.5', 0.5],
    ['double', '5.', 5],
    ['double', '7', 7],
    ['double', '1e-7', 1e-7],
    ['double', '1e999', undefined],
    ['double', 'NaN', undefined],
    ['double', 'Infinity', undefined],
    ['double', '1,5', undefined],
    ['double', '', undefined],
    ['double', '.', undefined],
    ['string', '', ''],
    ['string', ' x ', ' x '],
    ['timestamp', '2024-04-08T11:11:01.303', '2024-04-08T11:11:01.303'],
    ['guid', 'anything', 'anything'],
  ];
  for (const [type, text, value] of values)
    test(`${type} "${text}" is ${value === undefined ? 'none' : JSON.stringify(value)}`, () => {
      expect(typedValue(text, type)).toBe(value);
    });
});
