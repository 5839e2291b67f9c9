import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/errors.js';
import { defaultPattern, namePattern, readName } from '../../src/flowcam/run-name.js';
import { dateFormat } from '../../src/flowcam/sampling-values.js';
import { refusalOf } from '../support/refusals.js';

const dayFirst = dateFormat('DDMMYYYY');
const standard = defaultPattern(dayFirst, false);

describe('names that end in _lat_lon_DDMMYYYY or _lat_lon_DDMMYYYY_n', () => {
  test('say where and when, and the last number is no depth', () => {
    for (const name of [
      'MicrobialMethane_MESO_Tank10_54.0143_-2.7770_04052023_1',
      'Tank10_54.0143_-2.7770_04052023',
    ]) {
      const reading = readName(name, standard);
      expect(reading?.position).toEqual({ lat: 54.0143, lon: -2.777 });
      expect(reading?.date).toBe('2023-05-04');
      expect(reading?.depth).toBeUndefined();
      expect(reading?.time).toBeUndefined();
    }
  });

  test('the last number is a depth where the person says so', () => {
    const reading = readName('X_54.0143_-2.7770_04052023_7.5', defaultPattern(dayFirst, true));
    expect(reading?.depth).toEqual({ depth: 7.5 });
  });

  test('other names say nothing, and the pattern holds at the end only', () => {
    for (const name of [
      '19_10_Tank25_blanksremoved',
      '7-Pygsuia-SF-SW-NITRATE-day5-sample3-replicate3-08April2024',
      '201-045311',
      '416_Station40_09012015_10x',
      'X_54.0143_-2.7770_04052023_1_copy',
      'X_54_-2_04052023',
      '',
    ])
      expect(readName(name, standard), name).toBeUndefined();
  });

  test('what is out of range is an error that says what to do', async () => {
    const position = readName('X_95.0143_-2.7770_04052023', standard)!;
    expect((await refusalOf(() => position.position)).hint).toContain('--pattern');
    expect(position.date).toBe('2023-05-04');
    for (const date of ['20230504', '31022023', '04052203', '99999999']) {
      const reading = readName(`X_54.0143_-2.7770_${date}`, standard)!;
      expect((await refusalOf(() => reading.date)).hint, date).toContain('--date-format');
      expect(reading.position, date).toEqual({ lat: 54.0143, lon: -2.777 });
    }
  });

  test('the date is written as --date-format says', () => {
    const pattern = defaultPattern(dateFormat('YYYY-MM-DD'), false);
    expect(readName('X_54.0143_-2.7770_2023-05-04_2', pattern)?.date).toBe('2023-05-04');
  });
});

describe('a pattern of the person', () => {
  test('names its groups in any order', () => {
    const cruise = namePattern(
      '_(?<date>\\d{8})_(?<time>\\d{4})_(?<depth_min>\\d+)-(?<depth_max>\\d+)m_4x',
      dateFormat('YYYYMMDD'),
    );
    const reading = readName('COMICS_DY086_20171118_0915_0-20m_4x', cruise)!;
    expect(reading.date).toBe('2017-11-18');
    expect(reading.time).toBe('09:15:00');
    expect(reading.depth).toEqual({ depth_min: 0, depth_max: 20 });
    expect(reading.position).toBeUndefined();
    expect(readName('COMICS_DY086_20171118_0915_0-20m_4x_2', cruise)).toBeUndefined();
  });

  test('is refused where it is none, names unknown groups, or half a position', () => {
    for (const [pattern, words] of [
      ['(', /regular expression/],
      ['(?P<lat>x)', /\(\?<name>/],
      ['_\\d+', /at least one group/],
      ['(?<latitude>\\d+)', /"latitude"/],
      ['(?<lat>\\d+)', /both/],
      ['(?<depth_max>\\d+)', /both/],
    ] as const)
      expect(() => namePattern(pattern, dayFirst), pattern).toThrow(words);
  });

  test('optional groups may be absent, but not half a position', async () => {
    const pattern = namePattern('(?:_(?<lat>[\\d.]+))?(?:_(?<lon>-[\\d.]+))?_(?<date>\\d{8})', dayFirst);
    expect(readName('X_04052023', pattern)?.position).toBeUndefined();
    await refusalOf(() => readName('X_54.5_04052023', pattern)?.position);
  });

  test('a range of depths upside down is refused', async () => {
    const pattern = namePattern('_(?<depth_min>\\d+)-(?<depth_max>\\d+)m', dayFirst);
    await refusalOf(() => readName('X_20-0m', pattern)?.depth);
  });
});

test('any name is read, or refused in our own words', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[\w.-]*_-?\d{1,3}\.\d{1,4}_-?\d{1,3}\.\d{1,4}_\d{8}(_\d{1,3})?$/),
      (name) => {
        const reading = readName(name, standard)!;
        for (const part of ['position', 'date', 'time', 'depth'] as const) {
          try {
            void reading[part];
          } catch (error) {
            expect(error).toBeInstanceOf(ToolError);
          }
        }
      },
    ),
  );
});
