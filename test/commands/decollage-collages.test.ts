/** Records and collages that do not fit each other, or are broken: an error with the line, never half an image. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { entriesOf, namesOf } from '../support/archives.js';
import { decollage, decollageRecords, recordsOf } from '../support/calls.js';
import { listText, type Row } from '../support/lists.js';
import { cropOf, greyNoise, noise, readTiffPixels, writeTiffBytes } from '../support/rasters.js';
import { expectRefusal } from '../support/refusals.js';
import { collage, fourRows, runFolder } from '../support/run-folders.js';
import { workdir } from '../support/workdir.js';

/** A run whose third row is as given. */
const thirdRow = (row: Row) =>
  runFolder({ list: listText(fourRows.map((one, at) => (at === 2 ? { ...one, ...row } : one))) });

describe('a rectangle that is no part of its collage', () => {
  const cases: [what: string, row: Row, words: RegExp][] = [
    [
      'leaves it on the right',
      { image_x: 21 },
      /the rectangle of 4 × 3 pixels at \(21, 0\) leaves the collage of 24 × 8/,
    ],
    ['leaves it below', { image_y: 6 }, /at \(12, 6\) leaves the collage/],
    ['leaves it on the left', { image_x: -1 }, /at \(-1, 0\) leaves the collage/],
    ['leaves it above', { image_y: -2147483648 }, /leaves the collage/],
    ['is larger than it', { image_x: 0, image_w: 25 }, /25 × 3 pixels at \(0, 0\) leaves the collage/],
    ['is huge', { image_w: 2147483647, image_h: 2147483647 }, /leaves the collage/],
    ['has no width', { image_w: 0 }, /the rectangle of 0 × 3 pixels has no area/],
    ['has no height', { image_h: 0 }, /the rectangle of 4 × 0 pixels has no area/],
    ['is turned inside out', { image_w: -4 }, /the rectangle of -4 × 3 pixels has no area/],
  ];
  for (const [what, row, words] of cases)
    test(`${what}: an error with line, particle and collage`, async () => {
      const outcome = await decollage(thirdRow(row));
      expectRefusal(outcome, 3, words);
      expect(outcome.stderr).toMatch(/^fc-decollage: stdin:3: particle 2 of run: /);
    });

  test('the last pixel of the collage is still part of it', async () => {
    const { stdout, status } = await decollage(thirdRow({ image_x: 20, image_y: 5 }));
    expect(status).toBe(0);
    const image = (await entriesOf(stdout)).find(({ name }) => name === 'run_2.tif')!;
    expect(readTiffPixels(image.bytes)).toEqual(
      cropOf(greyNoise(24, 8), { image_x: 20, image_y: 5, image_w: 4, image_h: 3 }),
    );
  });

  test('the whole collage is a part of it, and one pixel', async () => {
    const row = (await recordsOf(runFolder())).split('\n')[0]!;
    const record = { ...JSON.parse(row), image_w: 24, image_h: 8 };
    const outcome = await decollageRecords([
      record,
      { ...record, index: 1, image_x: 23, image_y: 7, image_w: 1, image_h: 1 },
    ]);
    const [whole, pixel] = (await entriesOf(outcome.stdout)).filter(({ name }) => name.endsWith('.tif'));
    expect(readTiffPixels(whole!.bytes)).toEqual(greyNoise(24, 8));
    expect(readTiffPixels(pixel!.bytes).data).toEqual(greyNoise(24, 8).data.subarray(-3));
  });
});

describe('a record that asks for nothing that can be found', () => {
  const cases: [what: string, change: Record<string, unknown>, words: RegExp][] = [
    ['without a folder', { directory: undefined }, /the record does not say where its collages lie \(say it: --directory RUN\)/],
    ['with a folder that is not there', { directory: '/nowhere' }, /\/nowhere: cannot look into this folder: no such file/],
    ['with a folder that is no text', { directory: 5 }, /does not say where its collages lie/],
    ['without collage', { collage_file: undefined }, /the record has no collage_file/],
    ['with an empty collage', { collage_file: '' }, /the record has no collage_file/],
    ['without a place', { image_x: undefined }, /the record has no whole number image_x/],
    ['with half a pixel', { image_w: 4.5 }, /the record has no whole number image_w/],
    ['with a place in letters', { image_y: '0' }, /the record has no whole number image_y/],
    ['with a collage that is not there', { collage_file: 'run_000002.tif' }, /run_000002\.tif: there is no such collage \(is the run copied whole\?\)/],
    ['with a collage elsewhere', { collage_file: '../elsewhere.tif' }, /"\.\.\/elsewhere\.tif" is no name of a collage/],
    ['with an absolute path', { collage_file: '/etc/passwd' }, /"\/etc\/passwd" is no name of a collage/],
    ['with a path of Windows', { collage_file: 'C:\\run.tif' }, /is no name of a collage/],
    ['with terminal codes', { collage_file: 'a\u001b[2J.tif' }, /"a\\u001b\[2J\.tif" is no name of a collage/],
    ['with the folder itself', { collage_file: '..' }, /"\.\." is no name of a collage/],
  ]; // biome-ignore format: a row a case
  for (const [what, change, words] of cases)
    test(`${what}: an error with its line`, async () => {
      const folder = runFolder();
      writeFileSync(join(folder, '../elsewhere.tif'), collage());
      const records = (await recordsOf(folder))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const outcome = await decollageRecords([records[0], { ...records[1], ...change }]);
      expectRefusal(outcome, 3, words);
      expect(outcome.stderr).toMatch(/^fc-decollage: stdin:2: /);
    });
});

describe('a collage under another name', () => {
  const named = (listed: string, ...files: string[]) =>
    runFolder({
      list: fourRows.map((row) => ({ ...row, collage_file: listed })),
      files: Object.fromEntries(files.map((file) => [file, collage()])),
    });

  test('in other case is taken, with one note', async () => {
    const outcome = await decollage(named('Run_000001.TIF', 'RUN_000001.tif'));
    expect(outcome.status).toBe(0);
    expect(outcome.stderr.match(/RUN_000001\.tif is taken for Run_000001\.TIF/g)).toHaveLength(1);
  });

  test('in another normal form is taken: macOS writes é as two characters', async () => {
    for (const [listed, file] of [
      ['é_000001.tif', 'e\u0301_000001.tif'],
      ['e\u0301_000001.tif', 'é_000001.tif'],
    ] as const) {
      // biome-ignore format: pairs
      const outcome = await decollage(named(listed, file));
      expect(outcome.status).toBe(0);
      expect(outcome.stderr).toMatch(/is taken for/);
    }
  });

  test('by its exact name goes before all others', async () => {
    const outcome = await decollage(
      named('run_000001.tif', 'RUN_000001.tif', 'run_000001.tif', '._run_000001.tif'),
    );
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).not.toMatch(/is taken for/);
  });

  test('of which there are two is an error that names both', async () => {
    const outcome = await decollage(named('run_000001.tif', 'RUN_000001.tif', 'Run_000001.tif'));
    expectRefusal(
      outcome,
      3,
      /several files could be run_000001\.tif: (RUN_000001\.tif, Run|Run_000001\.tif, RUN)_000001\.tif/,
    );
  });

  test('that starts with a dot is not seen', async () => {
    const folder = named('run_000001.tif');
    writeFileSync(join(folder, '._run_000001.tif'), collage());
    expectRefusal(await decollage(folder), 3, /there is no such collage/);
  });

  test('behind a link is the collage', async () => {
    const folder = named('run_000001.tif');
    const elsewhere = join(workdir(), 'data.tif');
    writeFileSync(elsewhere, collage());
    symlinkSync(elsewhere, join(folder, 'run_000001.tif'));
    expect((await decollage(folder)).status).toBe(0);
  });
});

describe('a collage that cannot be used', () => {
  const good = collage();
  const cases: [what: string, bytes: Uint8Array, words: RegExp][] = [
    ['cut inside its strips', good.subarray(0, 300), /cut short; copy it again/],
    ['cut inside its directory', good.subarray(0, -50), /cut short; copy it again/],
    ['empty', Buffer.alloc(0), /not a TIFF file/],
    ['no TIFF', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /not a TIFF file/],
    ['of 16-bit RGB', writeTiffBytes(noise(24, 8, 3, 16)), /a collage with BitsPerSample \(tag 258\) 16 is not supported/],
    ['min-is-white', writeTiffBytes(noise(24, 8), { 262: [0] }), /PhotometricInterpretation \(tag 262\) 0/],
    ['with transparency', writeTiffBytes(noise(24, 8, 4), { 338: [2] }), /ExtraSamples \(tag 338\) 2/],
    ['a bomb', writeTiffBytes(noise(24, 8), { 256: [100_000], 257: [100_000] }), /declares 100000 × 100000 pixels/],
  ]; // biome-ignore format: a row a case
  for (const [what, bytes, words] of cases)
    test(`${what}: an error with line and file`, async () => {
      const folder = runFolder({ files: { 'run_000001.tif': bytes } });
      const outcome = await decollage(folder);
      expectRefusal(outcome, 3, words);
      expect(outcome.stderr).toContain(
        `fc-decollage: stdin:1: particle 0 of run: ${join(folder, 'run_000001.tif')}: `,
      );
    });

  test('a folder in its place', async () => {
    const folder = runFolder({ files: {} });
    mkdirSync(join(folder, 'run_000001.tif'));
    expectRefusal(
      await decollage(folder),
      3,
      /run_000001\.tif: this is no plain file, and cannot be a collage/,
    );
  });
});

describe('--on-error skip', () => {
  const rows: Row[] = [0, 1, 2, 3].map((at) => ({ image_x: at * 6, collage_file: `run_00000${at + 1}.tif` }));

  test('leaves out what is bad, and only that: reported, counted, listed, status 1', async () => {
    const files = {
      'run_000001.tif': collage(),
      'run_000003.tif': collage().subarray(0, 100),
      'run_000004.tif': collage(),
    };
    const folder = runFolder({ list: rows, files });
    const skipped = join(workdir(), 'skipped.ndjson');
    const outcome = await decollage(folder, '--on-error', 'skip', '--skipped', skipped);
    expect(outcome.status).toBe(1);
    expect(await namesOf(outcome.stdout)).toEqual(['run_0.json', 'run_0.tif', 'run_3.json', 'run_3.tif']);
    expect(outcome.stderr).toMatch(
      /skipped: stdin:2: .*there is no such collage.*\n.*skipped: stdin:3: .*\n.*2 vignettes/,
    );
    const listed = readFileSync(skipped, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(listed).toMatchObject([
      { run: 'run', index: 1, file: 'stdin', line: 2, reason: expect.stringMatching(/no such collage/) },
      { run: 'run', index: 2, file: 'stdin', line: 3 },
    ]);
  });

  test('leaves out bad rows of a table, too', async () => {
    const csv =
      'run,index,image_x,image_y,image_w,image_h,collage_file\nr,0,0,0,4,3,run_000001.tif\nr,1,x,0,4,3,run_000001.tif\nr,2,6,0,4\nr,3,6,0,4,3,run_000001.tif\n';
    const outcome = await decollageRecords(csv, '--directory', runFolder(), '--on-error', 'skip');
    expect(outcome.status).toBe(1);
    expect(await namesOf(outcome.stdout)).toEqual(['r_0.json', 'r_0.tif', 'r_3.json', 'r_3.tif']);
    expect(outcome.stderr).toMatch(
      /skipped: stdin:3: image_x is "x", which is no whole number\n.*skipped: stdin:4: 5 cells where the header has 7/,
    );
  });

  test('ends well where nothing is left, and --expect still counts', async () => {
    const folder = runFolder({ files: {} });
    const outcome = await decollage(folder, '--on-error', 'skip');
    expect(outcome.status).toBe(1);
    expect(outcome.stdout).toEqual(Buffer.alloc(1024));
    const counted = await decollage(folder, '--on-error', 'skip', '--expect', '4');
    expect(counted.status).toBe(3);
    expect(counted.stderr).toMatch(/0 vignettes where --expect says 4/);
  });
});

test('records that jump between collages: each collage is opened once, and is the right one', async () => {
  const collages = [1, 2, 3, 4].map((at) => noise(24 + at, 8, 3));
  const files = Object.fromEntries(
    collages.map((one, at) => [`run_00000${at + 1}.tif`, writeTiffBytes(one)]),
  );
  const rows: Row[] = Array.from({ length: 40 }, (_, at) => ({
    image_x: at % 20,
    collage_file: `run_00000${(at % 4) + 1}.tif`,
  }));
  const outcome = await decollage(runFolder({ list: rows, files }));
  expect(outcome.stderr).toMatch(/40 vignettes from 4 collages/);
  expect(outcome.stderr).not.toMatch(/decoded again/);
  const images = (await entriesOf(outcome.stdout)).filter(({ name }) => name.endsWith('.tif'));
  images.forEach(({ name, bytes }, at) => {
    expect(name).toBe(`run_${at}.tif`);
    const place = { image_x: at % 20, image_y: 0, image_w: 4, image_h: 3 };
    expect(readTiffPixels(bytes)).toEqual(cropOf(collages[at % 4]!, place));
  });
});
