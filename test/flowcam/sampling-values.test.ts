import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDay, parseTimestamp, utcMoment } from '../../src/flowcam/moment.js';
import {
  dateFormat,
  parseDate,
  parseDepth,
  parseLatitude,
  parseLongitude,
  parseTime,
  parseTimeInName,
  parseUtcOffset,
} from '../../src/flowcam/sampling-values.js';

/** [parser, texts that are read, texts that are refused]. */
const parsers: [string, (text: string) => unknown, [string, unknown][], string[]][] = [
  [
    'latitude',
    parseLatitude,
    [
      ['54.0143', 54.0143],
      ['-90', -90],
      ['+.5', 0.5],
      ['90.0', 90],
    ],
    ['', 'abc', '90.1', '-91', 'NaN', 'Infinity', '0x10', '1,5', '54N', '1e3', ' 1'],
  ],
  [
    'longitude',
    parseLongitude,
    [
      ['-2.7770', -2.777],
      ['180', 180],
    ],
    ['180.01', '-181', '2 W'],
  ],
  [
    'depth',
    parseDepth,
    [
      ['0', 0],
      ['20.5', 20.5],
    ],
    ['-1', '12001', '5m'],
  ],
  [
    'date',
    parseDate,
    [
      ['2023-05-04', '2023-05-04'],
      ['2024-02-29', '2024-02-29'],
    ],
    [
      '04052023',
      '2023-02-29',
      '2023-13-01',
      '2023-00-10',
      '2023-04-31',
      '1989-12-31',
      '0504-01-01',
      '3000-01-01',
      '23-05-04',
      '2023-5-4',
    ],
  ],
  [
    'time',
    parseTime,
    [
      ['14:30', '14:30:00'],
      ['00:00:59', '00:00:59'],
    ],
    ['24:00', '14:60', '14:30:60', '1430', '2 pm', ''],
  ],
  [
    'time in a name',
    parseTimeInName,
    [
      ['1430', '14:30:00'],
      ['143005', '14:30:05'],
      ['14-30', '14:30:00'],
      ['14h30', '14:30:00'],
    ],
    ['2460', '14', '14305'],
  ],
  [
    'offset',
    parseUtcOffset,
    [
      ['+02:00', '+02:00'],
      ['-0330', '-03:30'],
      ['Z', '+00:00'],
      ['-00:00', '+00:00'],
      ['+14:00', '+14:00'],
    ],
    ['02:00', '+2', '+14:15', '-12:30', '+01:60', 'CET', ''],
  ],
];

describe('values as people type them', () => {
  for (const [what, parse, read, refused] of parsers) {
    test(`${what}: read`, () => {
      for (const [text, value] of read) expect(parse(text), text).toBe(value);
    });
    test(`${what}: refused, in words that name the text`, () => {
      for (const text of refused) expect(() => parse(text), text).toThrow(/must be/);
    });
  }

  test('any text is read or refused, nothing else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const [, parse] of parsers) {
          try {
            parse(text);
          } catch (error) {
            expect((error as Error).message).toMatch(/must be/);
          }
        }
      }),
    );
  });
});

describe('dates in names', () => {
  test('are read in the format that is given', () => {
    expect(dateFormat('DDMMYYYY').parse('04052023')).toBe('2023-05-04');
    expect(dateFormat('MMDDYYYY').parse('04052023')).toBe('2023-04-05');
    expect(dateFormat('YYYY-MM-DD').parse('2023-05-04')).toBe('2023-05-04');
    expect(dateFormat('%d%m%Y').parse('04052023')).toBe('2023-05-04');
    expect(dateFormat('MMDDYY').parse('052516')).toBe('2016-05-25');
    expect(dateFormat('DD.MM.YY').parse('01.02.95')).toBe('1995-02-01');
  });

  test('an ISO date read day first gives the year 504, which is refused', () => {
    expect(() => dateFormat('DDMMYYYY').parse('20230504')).toThrow('the year 504');
  });

  test('days that no calendar has, and other forms, are refused', () => {
    for (const text of ['31042023', '29022023', '00052023', '04132023', '4052023', '04-05-2023'])
      expect(() => dateFormat('DDMMYYYY').parse(text), text).toThrow();
    expect(() => dateFormat('YYYY.MM.DD').parse('2023x05x04')).toThrow('not of the form');
  });

  test('a format has one day, one month and one year', () => {
    for (const format of ['', 'DDMM', 'DDDDMMYYYY', 'YYYYMMDDYY', 'date'])
      expect(() => dateFormat(format), format).toThrow('must hold a day, a month and a year');
  });
});

describe('moments', () => {
  test('a list timestamp keeps its digits', () => {
    expect(parseTimestamp('2023-05-22T12:46:36.057')).toEqual({
      date: '2023-05-22',
      time: '12:46:36',
      fraction: '057',
    });
    expect(parseTimestamp('2023-05-22 12:46:36')?.fraction).toBe('');
    for (const text of [
      '',
      '2023-05-22',
      '2023-02-30T12:00:00.000',
      '2023-05-22T25:00:00.000',
      '22.05.2023 12:00',
    ])
      expect(parseTimestamp(text), text).toBeUndefined();
  });

  test('local time turns into UTC over midnight and the new year', () => {
    expect(utcMoment('2023-05-04', '14:30:00', '+02:00')).toEqual({ date: '2023-05-04', time: '12:30:00' });
    expect(utcMoment('2024-01-01', '00:15:00', '+05:30')).toEqual({ date: '2023-12-31', time: '18:45:00' });
    expect(utcMoment('2023-12-31', '23:00:00', '-03:30')).toEqual({ date: '2024-01-01', time: '02:30:00' });
  });

  test('the calendar agrees with that of Date', () => {
    for (let day = 1; day <= 31; day += 1)
      for (let month = 1; month <= 12; month += 1)
        for (const year of [1900, 1999, 2000, 2023, 2024, 2100]) {
          const date = new Date(Date.UTC(year, month - 1, day));
          expect(isDay(year, month, day)).toBe(date.getUTCMonth() === month - 1);
        }
  });
});
