/** What vignettes are called, and where they go. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { namesOf } from '../support/archives.js';
import { decollage, decollageRecords, recordsOf } from '../support/calls.js';
import { guid } from '../support/lists.js';
import { environment, type Outcome, shell } from '../support/programs.js';
import { expectRefusal } from '../support/refusals.js';
import { fourRows, runFolder } from '../support/run-folders.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

const images = async ({ stdout }: Outcome) =>
  (await namesOf(stdout)).filter((name) => name.endsWith('.tif')).map((name) => name.slice(0, -4));

/** The records of a run with its fields changed. */
async function changed(changes: Record<string, unknown>[], folder = runFolder()): Promise<object[]> {
  const lines = (await recordsOf(folder)).trimEnd().split('\n');
  return changes.map((change, at) => ({ ...JSON.parse(lines[at]!), ...change }));
}

describe('names are made from the record', () => {
  const cases: [args: string[], names: string[]][] = [
    [[], ['run_0', 'run_1', 'run_2', 'run_3']],
    [
      ['--experiment-name', 'Tank 25'],
      ['Tank 25_0', 'Tank 25_1', 'Tank 25_2', 'Tank 25_3'],
    ],
    [
      ['--experiment-name', '{run}'],
      ['{run}_0', '{run}_1', '{run}_2', '{run}_3'],
    ],
    [['--name', '{image_id}'], [1, 2, 3, 4].map(guid)],
    [['--name', 'p{number}-of-{folder}'], [0, 1, 2, 3].map((number) => `p${number}-of-my.run é`)],
    [['--name', '{folder:slug}_{id}'], [1, 2, 3, 4].map((id) => `my-run--_${id}`)],
    [['--name', '{cal_const}x{image_x}'], [0, 6, 12, 18].map((x) => `0.5544x${x}`)],
  ];
  for (const [args, names] of cases)
    test(`${args.join(' ') || 'as they are in use'}: ${names[0]}`, async () => {
      expect(await images(await decollage(runFolder({ name: 'my.run é' }), ...args))).toEqual(names);
    });

  test('{number} counts the vignettes that are there, on a filtered stream too', async () => {
    const records = (await changed([{}, { image_w: 0 }, {}, {}])).slice(0, 3);
    const outcome = await decollageRecords(records, '--name', 'n{number}', '--on-error', 'skip');
    expect(await images(outcome)).toEqual(['n0', 'n1']);
    expect(outcome.status).toBe(1);
  });
});

describe('names that cannot be are refused, with the line', () => {
  const cases: [what: string, change: Record<string, unknown>, template: string, words: RegExp][] = [
    ['a path out of the folder', { run: '../../etc/cron.d/x' }, '{run}_{index}', /stdin:1: the name "\.\.\/\.\.\/etc\/cron\.d\/x_0" is a path/],
    ['an absolute path', { run: '/tmp/x' }, '{run}_{index}', /is a path/],
    ['terminal codes', { run: '\u001b[2J' }, '{run}_{index}', /the name "\\u001b\[2J_0" has a control character/],
    ['a line break', { run: 'a\nb' }, '{run}_{index}', /has a control character/],
    ['201 bytes', { run: 'x'.repeat(199) }, '{run}_{index}', /is longer than 200 bytes/],
    ['a name that is not seen', { run: '.x' }, '{run}_{index}', /starts with a dot/],
    ['nothing', { run: '' }, '{run}', /is empty/],
    ['a field that is not there', {}, '{depth}', /the record has no field depth for the name/],
    ['a field that is no text', {}, '{instrument}', /the record has no field instrument for the name/],
  ]; // biome-ignore format: a row a case
  for (const [what, change, template, words] of cases)
    test(what, async () => {
      const records = await changed([{ instrument: { software: 'x' }, ...change }]);
      const folder = join(workdir(), 'out');
      expectRefusal(await decollageRecords(records, '--name', template), 3, words);
      expectRefusal(
        await decollageRecords(records, '--name', template, '--output-directory', folder),
        3,
        words,
      );
      expect(existsSync(folder)).toBe(false);
    });

  test('one name for two, at the second of them', async () => {
    const outcome = await decollage(runFolder(), '--name', '{run}');
    expectRefusal(outcome, 3, /stdin:2: another record has the name "run" too \(tell them apart with --name/);
  });

  test('a record that comes twice, unless it is skipped', async () => {
    const [record] = await changed([{}]);
    expectRefusal(
      await decollageRecords([record!, record!]),
      3,
      /stdin:2: another record has the name "run_0" too/,
    );
    const skipped = join(workdir(), 'skipped');
    const outcome = await decollageRecords([record!, record!], '--on-error', 'skip', '--skipped', skipped);
    expect(outcome.status).toBe(1);
    expect(await images(outcome)).toEqual(['run_0']);
    expect(JSON.parse(readFileSync(skipped, 'utf8'))).toMatchObject({ run: 'run', index: 0, line: 2 });
  });
});

describe('--output-directory', () => {
  test('writes the same files again without a word, and nothing else', async () => {
    const [run, folder] = [runFolder(), join(workdir(), 'deep/er')];
    for (let round = 0; round < 2; round += 1) {
      const { status, stdout } = await decollage(run, '--output-directory', folder);
      expect([status, stdout.length]).toEqual([0, 0]);
      expect(readdirSync(folder).sort()).toEqual(
        [0, 1, 2, 3].flatMap((at) => [`run_${at}.json`, `run_${at}.tif`]),
      );
    }
  });

  test('completes what an earlier run of the command left half done', async () => {
    const [run, folder] = [runFolder(), workdir()];
    await decollageRecords(
      (await recordsOf(run))
        .split('\n')
        .slice(0, 2)
        .map((line) => JSON.parse(line)),
      '--output-directory',
      folder,
    );
    expect((await decollage(run, '--output-directory', folder)).status).toBe(0);
    expect(readdirSync(folder)).toHaveLength(8);
  });

  test('refuses a file with other bytes, and leaves it as it is', async () => {
    const [run, folder] = [runFolder(), workdir()];
    writeFileSync(join(folder, 'run_2.tif'), 'mine');
    const outcome = await decollage(run, '--output-directory', folder);
    expectRefusal(
      outcome,
      3,
      /run_2\.tif: there is another file of this name \(remove it, or choose another --output-directory\)/,
    );
    expect(readFileSync(join(folder, 'run_2.tif'), 'utf8')).toBe('mine');
  });

  test('refuses other pixels under an old name', async () => {
    const folder = workdir();
    await decollage(runFolder(), '--output-directory', folder);
    expectRefusal(
      await decollage(runFolder(), '--output-directory', folder, '--grey'),
      3,
      /run_0\.tif: there is another file/,
    );
  });

  test('goes on with as many files as may be open', async () => {
    const [run, cwd] = [await simulate({ particles: 150 }), workdir()];
    const line = `fc-lst2csv --quiet "$RUN" --format ndjson > r.ndjson && ulimit -n 40 && fc-decollage --output-directory out < r.ndjson && ls out | wc -l`;
    const { stdout, status } = await shell(line, { cwd, env: environment({ RUN: run }) });
    expect([status, stdout.toString().trim()]).toEqual([0, '300']);
  });

  test("never the run's own folder, by whatever path", async () => {
    const run = runFolder();
    const link = join(workdir(), 'link');
    symlinkSync(run, link);
    const before = readdirSync(run);
    for (const folder of [run, link, `${run}/../${basename(run)}`])
      expectRefusal(await decollage(run, '--output-directory', folder), 2, /is the run's own folder/);
    expect(readdirSync(run)).toEqual(before);
  });

  test('follows no link that was planted there', async () => {
    const top = workdir();
    mkdirSync(join(top, 'out'));
    writeFileSync(join(top, 'precious'), 'precious');
    symlinkSync('../precious', join(top, 'out/run_0.tif'));
    symlinkSync('../new', join(top, 'out/run_1.tif'));
    for (const at of [0, 1]) {
      const [record] = (await recordsOf(runFolder())).split('\n').slice(at, at + 1);
      const outcome = await decollageRecords(`${record}\n`, '--output-directory', join(top, 'out'));
      expectRefusal(
        outcome,
        3,
        new RegExp(`run_${at}\\.tif: there is something of this name that is no plain file`),
      );
    }
    expect(readFileSync(join(top, 'precious'), 'utf8')).toBe('precious');
    expect(readdirSync(top).sort()).toEqual(['out', 'precious']);
  });

  test('that is a file, or below one, is an error with its name', async () => {
    const file = join(workdir(), 'file');
    writeFileSync(file, '');
    for (const folder of [file, join(file, 'below')])
      expectRefusal(
        await decollage(runFolder(), '--output-directory', folder),
        3,
        /file(\/below)?: cannot make this folder: /,
      );
  });
});

describe('records of several runs', () => {
  test('go into one stream from NDJSON, each from its own folder', async () => {
    const [first, second] = [runFolder({ name: 'first' }), runFolder({ name: 'second' })];
    const named = (text: string, run: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => ({ ...JSON.parse(line), run }));
    const records = [...named(await recordsOf(first), 'first'), ...named(await recordsOf(second), 'second')];
    const outcome = await decollageRecords(records);
    expect(await images(outcome)).toEqual(
      ['first', 'second'].flatMap((run) => fourRows.map((_, at) => `${run}_${at}`)),
    );
    expect(outcome.stderr).toMatch(/8 vignettes from 2 collages/);
  });

  test('are refused in CSV', async () => {
    const csv =
      'run,index,image_x,image_y,image_w,image_h,collage_file\na,0,0,0,4,3,run_000001.tif\nb,0,0,0,4,3,run_000001.tif\n';
    expectRefusal(
      await decollageRecords(csv, '--directory', runFolder()),
      2,
      /stdin:3: this CSV holds several runs \(use fc-lst2csv --format ndjson/,
    );
  });
});
