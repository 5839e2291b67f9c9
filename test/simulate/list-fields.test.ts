import { expect, test } from 'vitest';
import { FIELD_VALUES } from '../../src/simulate/field-values.js';
import { FIELD_COUNTS } from '../../src/simulate/instrument.js';
import { LIST_FIELDS, listHeader } from '../../src/simulate/list-fields.js';
import { readRun } from '../support/listed-run.js';
import { describeReal, realRuns } from '../support/requirements.js';

test.each(FIELD_COUNTS)('a list of %s fields has so many, each once, and a value for each', (count) => {
  const names = LIST_FIELDS[count].map(({ name }) => name);
  expect(names).toHaveLength(Number(count));
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !(name in FIELD_VALUES))).toEqual([]);
});

test('57 fields end on the collage, without guid and elapsed time', () => {
  const names = LIST_FIELDS[57].map(({ name }) => name);
  expect(names.at(-1)).toBe('collage_file');
  expect(names).not.toContain('image_id');
  expect(names).not.toContain('elapsed_time');
});

describeReal('fields are those of real lists, in their order', () => {
  test.each([
    ['53', 'tank25'],
    ['65', 'pygsuia'],
  ] as const)('%s as in %s', (count, name) => {
    const { fields, text } = readRun(realRuns[name]);
    expect(LIST_FIELDS[count]).toEqual(fields);
    expect(text.startsWith(listHeader(count))).toBe(true);
  });
});
