import { expect, test } from 'vitest';
import { parseEnvFile } from '../../src/store/variables.js';
import { refusalOf } from '../support/refusals.js';

const parsed = (text: string) => Object.fromEntries(parseEnvFile(text, '.env'));

test.each([
  ['A=1', { A: '1' }],
  ['A = 1 ', { A: '1' }],
  ['export A=1', { A: '1' }],
  ['A=', { A: '' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['\ufeffA=1', { A: '1' }],
  ['# A=1\n\n  # B=2\nC=3', { C: '3' }],
  ['A=1 # one', { A: '1' }],
  ['A=# nothing', { A: '' }],
  ['A=a#b', { A: 'a#b' }],
  ['A="a # b" # c', { A: 'a # b' }],
  ['A=\'a "b" $C\'', { A: 'a "b" $C' }],
  ['A=`a\'b"c`', { A: 'a\'b"c' }],
  ['A="a\\nb\\"c"', { A: 'a\nb"c' }],
  ["A='a\\nb'", { A: 'a\\nb' }],
  ['A=abc/+=def==', { A: 'abc/+=def==' }],
  ['A=1\nA=2', { A: '2' }],
  ['no assignment\n=x\n1A=2', {}],
])('%j sets %j', (text, values) => {
  expect(parsed(text)).toEqual(values);
});

test.each(['A=1\nB="open', "A=1\nB='open\nC=3'"])(
  '%j: a quote that is not closed names its line, not its text',
  async (text) => {
    const error = await refusalOf(() => parseEnvFile(text, '.env'));
    expect(error).toMatchObject({ kind: 'input', file: '.env', line: 2 });
    expect(error.message).not.toContain('open"');
    expect(error.message).toBe('a quote is opened and not closed on this line');
  },
);
