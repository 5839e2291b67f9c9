/** Where fc-exif takes position, date and depth from, what it says when it does not know, and what it refuses. */
import { describe, expect, test } from 'vitest';
import { entriesOf } from '../support/archives.js';
import { run } from '../support/programs.js';
import { expectRefusal } from '../support/refusals.js';
import {
  exif,
  oneVignette,
  recordOf,
  silentRecord,
  streamOf,
  tagsAfter,
  writeAll,
} from '../support/vignettes.js';
import { workdir } from '../support/workdir.js';

const table = (...lines: string[]): string =>
  writeAll(workdir(), { 'stations.csv': `${lines.join('\n')}\n` })[0]!;

const RUN = 'Lake_54.0143_-2.7770_04052023_1';

describe('the order of the sources', () => {
  test('options, table, name of the run, name of the folder, record', async () => {
    const sources = { position: { lat: 5, lon: 5 }, sampled: { date: '2005-05-05', time: null }, depth: 5 };
    const named = recordOf({ run: 'a_3.0_3.0_03032003', folder: 'b_4.0_4.0_04042004', ...sources });
    const inFolder = { ...named, run: 'a' };
    const inRecord = { ...inFolder, folder: 'b' };
    const csv = ['--metadata', table('run,lat,lon,date,depth', 'a_3.0_3.0_03032003,2,2,2002-02-02,2')];
    const options = ['--lat', '1', '--lon', '1', '--date', '2001-01-01', '--depth', '1'];
    for (const [record, args, lat, date, depth] of [
      [named, [...csv, ...options], 1, '2001:01:01', 1],
      [named, csv, 2, '2002:02:02', 2],
      [named, [], 3, '2003:03:03', 5],
      [inFolder, [], 4, '2004:04:04', 5],
      [inRecord, [], 5, '2005:05:05', 5],
    ] as const) {
      const [tags] = await tagsAfter(await oneVignette(record), [...args]);
      expect(tags).toMatchObject({
        GPSLatitude: lat,
        GPSLongitude: lat,
        DateTimeOriginal: `${date} 00:00:00`,
        WaterDepth: depth,
      });
    }
  });

  test('a name that overrules the record says so, and options that overrule both do not', async () => {
    const before = { position: { lat: 5, lon: 5 }, sampled: { date: '2005-05-05', time: null } };
    const stream = await oneVignette(recordOf({ run: RUN, ...before }));
    const { stderr } = await exif(stream);
    expect(stderr).toContain(
      `run "${RUN}": the record has the position {"lat":5,"lon":5}, the name says {"lat":54.0143,"lon":-2.777} and is believed`,
    );
    expect(stderr).toContain(
      'the record has the date "2005-05-05", the name says "2023-05-04" and is believed',
    );
    const options = ['--lat=1', '--lon=2', '--date=2006-06-06'];
    expect((await exif(stream, options)).stderr).not.toContain('believed');
    expect((await exif((await exif(stream, ['--quiet'])).stdout)).stderr).not.toContain('believed');
    expect((await exif(stream, ['--time', '12:00'])).status).toBe(0);
  });

  test('what a better source says hides what a worse one has wrong', async () => {
    const record = recordOf({ run: 'x_95.0_200.0_20230504' });
    expect((await exif(await oneVignette(record))).status).toBe(3);
    const [tags] = await tagsAfter(await oneVignette(record), ['--lat=1', '--lon=2', '--date=2023-05-04']);
    expect(tags).toMatchObject({ GPSLatitude: 1, DateTimeOriginal: '2023:05:04 00:00:00' });
  });

  test("a row goes by the run's name, or its folder's", async () => {
    const stream = await oneVignette(silentRecord({ run: 'a', folder: 'shelf b' }));
    for (const name of ['a', 'shelf b']) {
      const [tags] = await tagsAfter(stream, ['--metadata', table('run,lat,lon,depth', `${name},1.5,2.5,`)]);
      expect(tags, name).toMatchObject({ GPSLatitude: 1.5, GPSLongitude: 2.5 });
    }
  });

  test('one table serves a stream of several runs', async () => {
    const stream = await streamOf(
      ['a', 'b', 'a'].map((name, index) => ({
        name: `${name}_${index}`,
        record: silentRecord({ run: name, folder: name, index }),
      })),
    );
    const metadata = table('run,lat,lon,depth', 'a,1,1,10', 'b,2,2,20');
    const tags = await tagsAfter(stream, ['--metadata', metadata]);
    expect(tags.map(({ WaterDepth }) => WaterDepth)).toEqual([10, 20, 10]);
  });

  test('other names by --pattern, other dates by --date-format, depths by --depth-from-name', async () => {
    const cruise = silentRecord({ run: 'COMICS_DY086_20171118_0915_0-20m_4x' });
    const pattern = '_(?<date>\\d{8})_(?<time>\\d{4})_(?<depth_min>\\d+)-(?<depth_max>\\d+)m_\\d+x';
    const [tags] = await tagsAfter(await oneVignette(cruise), [
      '--pattern',
      pattern,
      '--date-format',
      'YYYYMMDD',
    ]);
    expect(tags).toMatchObject({
      DateTimeOriginal: '2017:11:18 09:15:00',
      UserComment: { depth_min: 0, depth_max: 20 },
    });
    const [american] = await tagsAfter(await oneVignette(), ['--date-format', 'MMDDYYYY']);
    expect(american!.DateTimeOriginal).toBe('2023:04:05 00:00:00');
    const [deep] = await tagsAfter(await oneVignette(), ['--depth-from-name']);
    expect(deep!.WaterDepth).toBe(1);
    const [session] = await tagsAfter(await oneVignette());
    expect(session).not.toHaveProperty('WaterDepth');
  });
});

describe('what is not known is said once a run', () => {
  const runs = ['a', 'b'].flatMap((name) =>
    [0, 1, 2].map((index) => ({
      name: `${name}_${index}`,
      record: silentRecord({ run: name, folder: name, index }),
    })),
  );

  test('no position', async () => {
    const { stderr, status } = await exif(await streamOf(runs));
    expect(status).toBe(0);
    expect(stderr.match(/run "a": position and sampling date are not known/g)).toHaveLength(1);
    expect(stderr.match(/run "b": position and sampling date are not known/g)).toHaveLength(1);
    expect(stderr).toMatch(/6 vignettes tagged/);
  });

  test('a date without a time of day', async () => {
    const { stderr } = await exif(await oneVignette());
    expect(stderr.match(/sampled on 2023-05-04, time of day unknown/g)).toHaveLength(1);
    const { stderr: known } = await exif(await oneVignette(), ['--time', '10:00']);
    expect(known).not.toMatch(/time of day/);
  });

  test('no row in the table, and columns that nobody reads', async () => {
    const args = ['--metadata', table('run,depth,station', 'b,3,S1')];
    const { stderr } = await exif(await streamOf(runs), args);
    expect(stderr.match(/run "a": no row in /g)).toHaveLength(1);
    expect(stderr).not.toMatch(/run "b": no row/);
    expect(stderr).toMatch(/not used: the columns station/);
  });

  test('nothing with --quiet', async () => {
    expect((await exif(await streamOf(runs), ['--quiet'])).stderr).toBe('');
  });
});

describe('refused', () => {
  const usage: [string, string[], RegExp][] = [
    ['a latitude that is no number', ['--lat', 'abc', '--lon', '1'], /--lat must be a number.*"abc"/],
    ['a latitude out of range', ['--lat', '95', '--lon', '1'], /--lat must be from -90 to 90/],
    ['a latitude alone', ['--lat', '5'], /both latitude and longitude/],
    ['a date that is not ISO', ['--date', '04/05/2023'], /--date must be a date such as 2023-05-04/],
    ['an impossible date', ['--date', '2023-02-30'], /--date .*30/],
    ['a date of the future', ['--date', '2199-01-01'], /year 2199/],
    ['an impossible time', ['--time', '25:00'], /--time must be/],
    ['an offset that is none', ['--utc-offset', 'CET'], /--utc-offset must be/],
    ['a height above the water', ['--depth', '-5'], /--depth must be from 0/],
    ['half a range of depths', ['--depth-min', '5'], /both its ends/],
    ['a range upside down', ['--depth-min', '5', '--depth-max', '1'], /from 5 to 1/],
    ['an option twice', ['--lat', '1', '--lat', '2', '--lon', '1'], /--lat is given 2 times/],
    ['an unknown option', ['--latitude', '1'], /latitude/],
    ['a pattern that is none', ['--pattern', '('], /--pattern must be a regular expression/],
    [
      'two ways to find a depth in names',
      ['--pattern', '_(?<depth>\\d+)', '--depth-from-name'],
      /--depth-from-name/,
    ],
    ['a date format that is none', ['--date-format', 'day'], /--date-format must hold/],
    ['a maker beyond ASCII', ['--make', 'Société'], /--make must be ASCII/],
    ['options for tags with --read', ['--read', '--depth', '5'], /--depth is for writing tags/],
    ['a file beside stdin', ['-', 'x.tif'], /beside/],
    ['a file that is no image', ['x.txt'], /"x.txt" is neither an image/],
    ['a stream as a file', ['x.tar'], /< FILE.tar/],
  ];
  for (const [what, args, words] of usage) {
    test(`on the command line: ${what}`, async () => {
      expectRefusal(await exif(await oneVignette(), args), 2, words);
    });
  }

  test('a time of day without a date', async () => {
    const stream = await oneVignette(silentRecord());
    expectRefusal(await exif(stream, ['--time', '10:00', '--quiet']), 2, /no date.*--date/);
  });

  test('what is true of one run, given to two', async () => {
    const two = await streamOf([
      { name: 'a_0', record: silentRecord({ run: 'a', folder: 'a' }) },
      { name: 'a_1', record: silentRecord({ run: 'a', folder: 'a', index: 1 }) },
      { name: 'b_0', record: silentRecord({ run: 'b', folder: 'b' }) },
    ]);
    for (const args of [
      ['--lat', '1', '--lon', '1'],
      ['--date', '2023-05-04'],
      ['--depth', '5'],
      ['--depth-min', '0', '--depth-max', '1'],
    ])
      expectRefusal(await exif(two, [...args, '--quiet']), 2, /for one run.*"b" after "a".*--metadata/);
    expectRefusal(await exif(two, ['--depth', '5', '--quiet', '--on-error', 'skip']), 2, /--metadata/);
    expect((await exif(two, ['--utc-offset', '+01:00', '--make', 'x'])).status).toBe(0);
  });

  test('names that cannot be right, with the way out', async () => {
    for (const [name, words] of [
      ['x_95.0143_-2.7770_04052023', /95\.0143.*--pattern/],
      ['x_54.0143_-182.7770_04052023', /182/],
      ['x_54.0143_-2.7770_20230504', /the year 504.*--date-format/],
      ['x_54.0143_-2.7770_31022023', /the month 2 and the day 31.*--date-format/],
      ['x_54.0143_-2.7770_04052099', /2099.*--date-format/],
    ] as const)
      expectRefusal(await exif(await oneVignette(recordOf({ run: name })), ['--quiet']), 3, words);
  });

  test('a table that is missing or broken, with its line', async () => {
    const stream = await oneVignette();
    expectRefusal(await exif(stream, ['--metadata', '/nowhere/x.csv']), 3, /\/nowhere\/x\.csv: no such file/);
    const twice = table('run,depth', 'a,1', 'a,2');
    expectRefusal(await exif(stream, ['--metadata', twice]), 3, /stations\.csv:3: .*second row/);
  });

  test('records that cannot be right', async () => {
    for (const [changes, words] of [
      [{ timestamp: 'yesterday' }, /timestamp "yesterday" is no date/],
      [{ timestamp: 5 }, /timestamp 5/],
      [{ position: 'here' }, /position must be an object/],
      [{ position: { lat: 99, lon: 1 } }, /lat must be from -90/],
      [{ position: { lat: 9 } }, /both latitude and longitude/],
      [{ sampled: { time: '10:00' } }, /sampled has no date/],
      [{ depth: 'deep' }, /depth must be a number/],
      [{ depth_min: 1 }, /both its ends/],
      [{ instrument: { utc_offset: 'CET' } }, /instrument\.utc_offset must be/],
    ] as const) {
      const outcome = await exif(await oneVignette(recordOf(changes)), ['--quiet']);
      expectRefusal(outcome, 3, words);
      expect(outcome.stderr).toContain('stdin:Lake_0.tif');
      expect(await entriesOf(outcome.stdout).catch(() => [])).toEqual([]);
    }
  });
});

describe('strange records', () => {
  test('give tags or an error of ours, and no crash', async () => {
    const odd = [null, 5, 'x', [], {}, { lat: null }, true];
    const keys = [
      'run',
      'folder',
      'index',
      'instrument',
      'id',
      'cal_const',
      'image_id',
      'timestamp',
      'sampled',
      'position',
      'depth',
    ];
    const vignettes = keys.flatMap((key) =>
      odd.map((value, index) => ({ name: `${key}_${index}`, record: silentRecord({ [key]: value }) })),
    );
    const { stderr, status } = await exif(await streamOf(vignettes), ['--on-error', 'skip']);
    expect(status).toBe(1);
    expect(stderr).not.toMatch(/TypeError|undefined|at .*\.js/);
  });
});

test('--on-error skip leaves bad vignettes out, says so and lists them', async () => {
  const folder = workdir();
  const stream = await streamOf([
    { name: 'a_0', record: recordOf() },
    { name: 'a_1', record: recordOf({ index: 1, timestamp: 'never' }) },
    { name: 'a_2', record: recordOf({ index: 2 }), image: Buffer.from('no image') },
    { name: 'a_3', record: recordOf({ index: 3 }) },
  ]);
  const outcome = await exif(stream, ['--on-error', 'skip', '--skipped', `${folder}/skipped.ndjson`]);
  expect(outcome.status).toBe(1);
  const names = (await entriesOf(outcome.stdout)).map(({ name }) => name);
  expect(names).toEqual(['a_0.json', 'a_0.tif', 'a_3.json', 'a_3.tif']);
  const listed = (await run('cat', [`${folder}/skipped.ndjson`])).stdout.toString().trimEnd().split('\n');
  expect(listed.map((line) => JSON.parse(line))).toMatchObject([
    { name: 'a_1', run: RUN, index: 1, entry: 'a_1.tif', reason: expect.stringContaining('timestamp') },
    { name: 'a_2', run: RUN, index: 2, entry: 'a_2.tif', reason: expect.stringContaining('not a TIFF') },
  ]);
});

describe('counts', () => {
  test('--expect, and streams of nothing', async () => {
    const stream = await oneVignette();
    expect((await exif(stream, ['--expect', '1'])).status).toBe(0);
    expectRefusal(await exif(stream, ['--expect', '2', '--quiet']), 3, /1 vignettes? where --expect says 2/);
    const none = await streamOf([]);
    expectRefusal(await exif(none), 3, /no vignettes.*--allow-empty/);
    expect((await exif(none, ['--allow-empty'])).status).toBe(0);
    expectRefusal(await exif(Buffer.alloc(0), ['--allow-empty']), 3, /nothing came in/);
  });

  test('a stream that is cut ends with 3 and is not ended in turn', async () => {
    const stream = await streamOf([{ name: 'a' }, { name: 'b' }]);
    const { status, stdout } = await exif(stream.subarray(0, stream.length - 1024));
    expect(status).toBe(3);
    expect(stdout.subarray(-1024).equals(Buffer.alloc(1024))).toBe(false);
  });
});
