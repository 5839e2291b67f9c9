import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { optionWords } from '../../src/pipeline/option-words.js';

describe('options are split into words', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['  --depth 5\n\t--lat 1 ', ['--depth', '5', '--lat', '1']],
    [`--make "Fluid Imaging" --model 'A  b'`, ['--make', 'Fluid Imaging', '--model', 'A  b']],
    [`a'b'"c"d`, ['abcd']],
    [`'' ""`, ['', '']],
    ['a\\ b \\" \\\\', ['a b', '"', '\\']],
    [`"\\" \\\\ \\n \\$"`, [`" \\ \\n $`]],
    [`'\\'`, ['\\']],
    ['$(touch X) `y` $HOME *', ['$(touch', 'X)', '`y`', '$HOME', '*']],
  ])('%j', (text, words) => {
    expect(optionWords(text)).toEqual(words);
  });

  test('as bash splits them, whatever is quoted', () => {
    const word = fc.string({ unit: fc.constantFrom('a', ' ', "'", '"', '\\', '-', 'é'), maxLength: 8 });
    const quoted = word.map((text) => `'${text.replaceAll("'", `'\\''`)}'`);
    fc.assert(
      fc.property(fc.array(quoted, { maxLength: 4 }), (list) => {
        const text = list.join(' ');
        const bash = execFileSync('bash', ['-c', `printf '%s\\0' ${text}`]).toString();
        expect(optionWords(text)).toEqual(list.length === 0 ? [] : bash.split('\0').slice(0, -1));
      }),
      { numRuns: 50 },
    );
  });

  test.each([`'a`, `"a`, 'a\\'])('%j never ends', (text) => {
    expect(() => optionWords(text)).toThrow(/never closed|ends on a backslash/);
  });
});
