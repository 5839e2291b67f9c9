import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { command } from '../../src/commands/simulate.js';
import { particlePixels, readRun } from '../support/listed-run.js';
import { environment, run, shell } from '../support/programs.js';
import { testWith } from '../support/requirements.js';
import {
  checkLengths,
  checkOrder,
  checkPixels,
  checkRectangles,
  checkSideFiles,
  checkText,
} from '../support/run-checks.js';
import { type SimulationOptions, simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

/** Digests of a folder's files, by name. */
const digests = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex'),
      ]),
  );

describe('a simulated run', () => {
  test('has list, collages, masks, clear water, context and run summary under the name of the run', async () => {
    const folder = await simulate({ name: 'Mere_54.3500_-2.9400_04052023_1', particles: 300, masks: true });
    const name = basename(folder);
    expect(readdirSync(folder).sort()).toEqual(
      [
        ...['.ctx', '.lst', '_000001.tif', '_000001_bin.tif', '_run_summary.txt'].map((end) => name + end),
        'cal_image_000001.tif',
      ].sort(),
    );
  });

  test('saved again has collages called _images_, no blanks, and fewer particles than were seen', async () => {
    const folder = await simulate({ particles: 300, resaved: true, fields: 53 });
    expect(readdirSync(folder)).toContain('run_images_000001.tif');
    const { rows } = readRun(folder);
    const seen = /Particle Count: (\d+)/.exec(
      readFileSync(join(folder, 'run_run_summary.txt'), 'latin1'),
    )![1];
    expect(rows.length).toBe(300);
    expect(Number(seen)).toBeGreaterThan(300);
  });

  test.each<[string, SimulationOptions, number]>([
    ['65 fields, colour', { fields: 65 }, 0],
    ['57 fields, colour', { fields: 57 }, 0],
    ['53 fields, mono', { fields: 53 }, 0],
    ['65 fields, mono', { fields: 65, camera: 'mono' }, 0],
    ['53 fields, saved again', { fields: 53, resaved: true }, 2],
    [
      '65 fields, another seed and clock',
      { seed: 4_000_000_000, start: '2024-12-31T23:59:30', utcOffset: '-03:30' },
      0,
    ],
  ])('passes all checks that real runs pass: %s', async (_, options, margin) => {
    const folder = await simulate({ particles: 500, masks: true, collageSize: 512, ...options });
    const listed = readRun(folder);
    expect(listed.rows).toHaveLength(500);
    expect(checkText(listed)).toEqual([]);
    expect(checkOrder(listed)).toEqual([]);
    expect(checkLengths(listed)).toEqual([]);
    expect(checkSideFiles(listed)).toEqual([]);
    expect(await checkRectangles(listed, margin)).toEqual([]);
    expect(await checkPixels(listed)).toEqual([]);
  });

  test('shows particles with holes, in several blobs, and at the edge of the frame', async () => {
    const { rows } = readRun(await simulate({ particles: 2000 }));
    expect(rows.some((row) => row.raw_filled_area! > row.raw_area!)).toBe(true);
    expect(rows.some((row) => row.ppc! > 1)).toBe(true);
    expect(rows.some((row) => row.src_x === 0 || row.src_y === 0)).toBe(true);
  });

  test.each([
    ['mono', true],
    ['colour', false],
  ] as const)('from a %s camera: channels equal is %s', async (camera, equal) => {
    const listed = readRun(await simulate({ particles: 100, camera, masks: true }));
    let grey = true;
    for await (const { pixels } of particlePixels(listed))
      grey &&= pixels.every((value, i) => value === pixels[i - (i % 3)]);
    expect(grey).toBe(equal);
  });

  test('fills collages of the size asked for, and no larger', async () => {
    const folder = await simulate({ particles: 500, collageSize: 300 });
    const collages = readdirSync(folder).filter((file) => file.startsWith('run_0'));
    expect(collages.length).toBeGreaterThan(5);
    for (const collage of collages) {
      const { width, height } = await sharp(join(folder, collage)).metadata();
      expect(Math.max(width, height)).toBeLessThanOrEqual(300);
    }
  });

  test('is the same to the last byte for the same seed, and another for another seed', async () => {
    const folders = workdir();
    const options = ['--quiet', '--particles=400', '--collage-size=256', '--masks'];
    for (const [parent, seed] of Object.entries({ a: 7, b: 7, c: 8 }))
      await run('fc-simulate', [...options, `--seed=${seed}`, join(folders, parent, 'run')]);
    const [a, b, c] = ['a', 'b', 'c'].map((parent) => digests(join(folders, parent, 'run')));
    expect(Object.keys(a!).length).toBeGreaterThan(5);
    expect(b).toEqual(a);
    expect(c!['run.lst']).not.toBe(a!['run.lst']);
  });

  test('shows more bodies than are drawn: again, but never the same image', async () => {
    const listed = readRun(await simulate({ particles: 2500, masks: true }));
    const images = new Set<string>();
    for await (const { pixels } of particlePixels(listed))
      images.add(createHash('md5').update(pixels).digest('hex'));
    expect(images.size).toBe(2500);
    expect(await checkPixels(listed)).toEqual([]);
  });

  test('may be without particles', async () => {
    const folder = await simulate({ particles: 0 });
    const files = ['cal_image_000001.tif', 'run.ctx', 'run.lst', 'run_run_summary.txt'];
    expect(readdirSync(folder).sort()).toEqual(files);
    expect(checkText(readRun(folder))).toEqual([]);
  });

  test('has its clocks read by the toolkit', async () => {
    const folder = await simulate({ particles: 3, utcOffset: '+02:00' });
    const { stdout } = await run('fc-lst2csv', ['--format=ndjson', folder]);
    const [record] = stdout.toString().split('\n');
    expect(JSON.parse(record!).instrument).toMatchObject({
      software_version: '4.19.3',
      magnification: 10,
      utc_offset: '+02:00',
    });
  });

  testWith(['tiffinfo'], 'has collages with the tags of real ones', async () => {
    const folder = await simulate({ particles: 300, masks: true });
    const tags = async (file: string) => {
      const { stdout } = await run('tiffinfo', [join(folder, file)]);
      return stdout
        .toString()
        .split('\n')
        .filter((line) => /^ {2}\S/.test(line) && !/Image Width|Rows\/Strip/.test(line))
        .map((line) => line.trim());
    };
    const common = [
      'Bits/Sample: 8',
      'Compression Scheme: LZW',
      'Planar Configuration: single image plane',
      'Predictor: horizontal differencing 2 (0x2)',
    ];
    expect((await tags('run_000001.tif')).sort()).toEqual(
      [...common, 'Photometric Interpretation: RGB color', 'Samples/Pixel: 3'].sort(),
    );
    for (const grey of ['run_000001_bin.tif', 'cal_image_000001.tif'])
      expect((await tags(grey)).sort()).toEqual(
        [...common, 'Photometric Interpretation: min-is-black', 'Samples/Pixel: 1'].sort(),
      );
  });

  testWith(['tiffcp'], 'has collages that libtiff unpacks to the same pixels', async () => {
    const folder = await simulate({ particles: 300, masks: true });
    const unpacked = join(workdir(), 'unpacked.tif');
    const { status, stderr } = await run('tiffcp', [
      '-c',
      'none',
      '-s',
      join(folder, 'run_000001.tif'),
      unpacked,
    ]);
    expect([status, stderr]).toEqual([0, '']);
    const pixels = await sharp(unpacked).raw().toBuffer();
    expect(pixels.equals(await sharp(join(folder, 'run_000001.tif')).raw().toBuffer())).toBe(true);
  });
});

describe('fc-simulate', () => {
  test('says in one line what it wrote', async () => {
    const folder = join(workdir(), 'new', 'run');
    const { status, stdout, stderr } = await run('fc-simulate', ['--particles=10', folder]);
    expect([status, stdout.length]).toEqual([0, 0]);
    expect(stderr).toMatch(/^fc-simulate: .*\/run: 10 particles on 1 collage, \d+\.\d s\n$/);
  });

  test('overwrites nothing', async () => {
    const folder = join(workdir(), 'run');
    mkdirSync(folder);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const { status, stderr } = await run('fc-simulate', [folder]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^fc-simulate: .*\/run: there is something in this folder already.*\n$/);
    expect(readdirSync(folder)).toEqual(['notes.txt']);
  });

  test('takes a folder that is there and empty', async () => {
    const folder = workdir();
    const { status } = await run('fc-simulate', ['--quiet', '--particles=5', folder]);
    expect(status).toBe(0);
    expect(readdirSync(folder)).toContain(`${basename(folder)}.lst`);
  });

  test('lets one of two write where both want the same folder', async () => {
    const folder = join(workdir(), 'run');
    const both = await Promise.all([1, 2].map(() => run('fc-simulate', ['--particles=200', folder])));
    expect(both.map(({ status }) => status).sort()).toEqual([0, 3]);
    expect(readRun(folder).rows).toHaveLength(200);
  });

  test.each<[string, string[], RegExp]>([
    ['no folder', [], /name one folder/],
    ['two folders', ['a', 'b'], /name one folder/],
    ['colours in a list without', ['--fields=53', '--camera=colour', 'run'], /53 fields has no colours/],
    ['other numbers of fields', ['--fields=64', 'run'], /--fields must be one of 53, 57, 65/],
    ['a broken number', ['--particles=1e3', 'run'], /--particles must be a whole number/],
    ['collages that are too small', ['--collage-size=255', 'run'], /--collage-size must be from 256/],
    ['a day that is none', ['--start=2023-02-30T10:00:00', 'run'], /--start must be a time/],
    ['an offset that is none', ['--utc-offset=+02:07', 'run'], /--utc-offset must be an offset/],
    ['a name that no list can hold', ['a|b'], /cannot be a run/],
    ['a name beyond ASCII', ['Fjörd'], /cannot be a run/],
    ['a hidden name', ['.run'], /cannot be a run/],
  ])('refuses %s', async (_, args, message) => {
    const cwd = workdir();
    const { status, stderr } = await run('fc-simulate', args, { cwd });
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('does not take a file for a folder', async () => {
    const file = join(workdir(), 'run');
    writeFileSync(file, 'mine');
    const { status, stderr } = await run('fc-simulate', [file]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^fc-simulate: .*\/run: this is no folder \(name a new folder\)\n$/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('says where it cannot write', async () => {
    const file = join(workdir(), 'file');
    writeFileSync(file, '');
    const { status, stderr } = await run('fc-simulate', [join(file, 'run')]);
    expect(status).toBe(3);
    expect(stderr).toMatch(
      /^fc-simulate: .*\/file\/run: cannot write: a part of the path is not a folder\n$/,
    );
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('takes back what it wrote on %s', async (signal) => {
    const folder = join(workdir(), 'run');
    const { exitCode } = await killed(folder, signal);
    expect(exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });

  test('leaves no list when it is killed', async () => {
    const folder = join(workdir(), 'run');
    await killed(folder, 'SIGKILL');
    expect(readdirSync(folder).some((file) => file.endsWith('.tif'))).toBe(true);
    expect(readdirSync(folder)).not.toContain('run.lst');
    const { status, stderr } = await run('fc-lst2csv', [folder]);
    expect([status, stderr.trim() === '']).toEqual([3, false]);
  });

  test.each(command.examples)('runs its example: %s', async (example) => {
    const { status, stderr } = await shell(example, { cwd: workdir() });
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^(fc-simulate: .*\n)$/)]);
  });
});

/** Ends a long simulation with a signal as soon as its second collage is there. */
async function killed(folder: string, signal: NodeJS.Signals) {
  const args = ['--particles=1000000', '--collage-size=256', folder];
  const simulation = execa('fc-simulate', args, { env: environment(), extendEnv: false, reject: false });
  const second = join(folder, 'run_000002.tif');
  for (;;) {
    try {
      readFileSync(second);
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  simulation.kill(signal);
  return simulation;
}
