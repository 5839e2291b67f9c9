import { describe, expect, test } from 'vitest';
import { readMetadataTable } from '../../src/flowcam/metadata-table.js';
import { refusalOf } from '../support/refusals.js';

const table = (...lines: string[]) => readMetadataTable(`${lines.join('\n')}\n`, 'stations.csv');

describe('the metadata table', () => {
  test('columns stand in any order, empty cells say nothing', () => {
    const rows = table(
      'depth,run,lon,lat,date,time,utc_offset',
      '5,run1,-2.777,54.0143,2023-05-04,14:30,+01:00',
      ',run2,,,2023-05-05,,',
    );
    const first = rows.find(['run1'])!;
    expect(first.position).toEqual({ lat: 54.0143, lon: -2.777 });
    expect(first.depth?.depth).toBe(5);
    expect([first.date, first.time, first.utcOffset]).toEqual(['2023-05-04', '14:30:00', '+01:00']);
    const second = rows.find(['run2'])!;
    expect([second.position, second.depth, second.time]).toEqual([undefined, undefined, undefined]);
    expect(second.date).toBe('2023-05-05');
  });

  test('a row is found by the run first, then by its folder', () => {
    const rows = table('run,depth', 'folder,1', 'run,2');
    expect(rows.find(['run', 'folder'])?.depth?.depth).toBe(2);
    expect(rows.find(['other', 'folder'])?.depth?.depth).toBe(1);
    expect(rows.find(['other', 'another'])).toBeUndefined();
  });

  test('names match whatever their Unicode form: macOS takes é apart', () => {
    expect(table('run,depth', 'étang,1').find(['e\u0301tang'])?.depth?.depth).toBe(1);
  });

  test('a BOM, quotes, CRLF and spaces round cells are no matter', () => {
    const rows = readMetadataTable('\ufeffrun, depth\r\n"a, b",3 \r\n\r\n', 'x.csv');
    expect(rows.find(['a, b'])?.depth?.depth).toBe(3);
  });

  test('columns that nobody reads are named', () => {
    expect(table('run,station,depth,cruise', 'a,b,1,c').unknownColumns).toEqual(['station', 'cruise']);
  });

  const refused: [string, string[], RegExp, number | undefined][] = [
    [
      'two rows for a run',
      ['run,depth', 'a,1', 'b,1', 'a,2'],
      /second row for the run "a" \(the first is line 2/,
      4,
    ],
    ['no column run', ['name,depth', 'a,1'], /no column is called "run"/, 1],
    [
      'a column under another name',
      ['run,latitude,lon', 'a,1,2'],
      /no column is called "lat", but one "latitude"/,
      1,
    ],
    ['semicolons', ['run;depth', 'a;1'], /no column is called "run"/, 1],
    ['semicolons, with rows of several', ['run;depth', 'a;1,5'], /separated by semicolons/, 1],
    ['a column twice', ['run,depth,depth', 'a,1,2'], /two columns/, 1],
    ['a row too long', ['run,depth', 'a,1,2'], /./, 2],
    ['a row without a run', ['run,depth', ' ,1'], /names no run/, 2],
    ['a latitude out of range', ['run,lat,lon', 'a,91,0'], /lat must be from -90 to 90/, 2],
    ['half a position', ['run,lat,lon', 'a,1,'], /both latitude and longitude/, 2],
    ['a date that is not ISO', ['run,date', 'a,04/05/2023'], /date must be a date such as/, 2],
    ['half a range', ['run,depth_min,depth_max', 'a,1,'], /both its ends/, 2],
    ['a range upside down', ['run,depth_min,depth_max', 'a,9,1'], /from 9 to 1/, 2],
    ['a depth outside its range', ['run,depth,depth_min,depth_max', 'a,9,1,2'], /outside its range/, 2],
    ['an open quote', ['run,depth', '"a,1'], /./, undefined],
  ];
  for (const [what, lines, words, line] of refused) {
    test(`refused with file and line: ${what}`, async () => {
      const error = await refusalOf(() => table(...lines));
      expect(error.message).toMatch(words);
      expect(error.file).toBe('stations.csv');
      if (line !== undefined) expect(error.line).toBe(line);
    });
  }

  test('an empty table is refused', async () => {
    expect((await refusalOf(() => readMetadataTable('', 'x.csv'))).message).toMatch(/empty/);
  });
});
