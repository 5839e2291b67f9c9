/** fc-exif on files: never in place, sidecar and mask with their image. */
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { entriesOf } from '../support/archives.js';
import { type Outcome, run } from '../support/programs.js';
import { expectRefusal } from '../support/refusals.js';
import { oneVignette, recordOf, tagsIn, tinyImage, tinyTiff, writeAll } from '../support/vignettes.js';
import { workdir } from '../support/workdir.js';

let folder = '';
let source = '';
const exif = (...args: string[]): Promise<Outcome> => run('fc-exif', args, { cwd: folder });
const contents = (path: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path).map((name) => [name, readFileSync(join(path, name)).toString('base64')]),
  );

beforeEach(async () => {
  folder = workdir();
  source = join(folder, 'in');
  mkdirSync(source);
  writeAll(source, {
    'a_0.tif': tinyTiff(),
    'a_0.json': `${JSON.stringify(recordOf())}\n`,
    'a_0.mask.png': await tinyImage('png'),
    'a_1.png': await tinyImage('png'),
    'a_2.jpg': await tinyImage('jpeg'),
  });
});

describe('files in, files out', () => {
  test('every image is tagged, with sidecar and mask from beside it, and the sources stay', async () => {
    const before = contents(source);
    const { status, stdout, stderr } = await exif(
      'in/a_0.tif',
      'in/a_1.png',
      'in/a_2.jpg',
      '--output-directory',
      'out',
      '--depth',
      '5',
    );
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/3 vignettes tagged/);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'a_0.json',
      'a_0.mask.png',
      'a_0.tif',
      'a_1.png',
      'a_2.jpg',
    ]);
    expect(contents(source)).toEqual(before);
    const read = await exif('--read', 'out/a_0.tif', 'out/a_1.png', 'out/a_2.jpg');
    const tags = read.stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(tags.map(({ file, WaterDepth }) => [file, WaterDepth])).toEqual([
      ['out/a_0.tif', 5],
      ['out/a_0.mask.png', 5],
      ['out/a_1.png', 5],
      ['out/a_2.jpg', 5],
    ]);
    expect(JSON.parse(readFileSync(join(folder, 'out/a_0.json'), 'utf8'))).toMatchObject({ depth: 5 });
  });

  test('sidecars and masks may be named as well: in/* does what one expects', async () => {
    const named = readdirSync(source).map((name) => join('in', name));
    expect((await exif(...named, '--output-directory', 'all')).status).toBe(0);
    expect(
      (await exif('in/a_0.tif', 'in/a_1.png', 'in/a_2.jpg', '--output-directory', 'images')).status,
    ).toBe(0);
    expect(contents(join(folder, 'all'))).toEqual(contents(join(folder, 'images')));
  });

  test('tagging the result again changes no byte', async () => {
    await exif('in/a_0.tif', 'in/a_2.jpg', '--output-directory', 'once', '--depth', '5');
    await exif('once/a_0.tif', 'once/a_2.jpg', '--output-directory', 'twice', '--depth', '5');
    expect(contents(join(folder, 'twice'))).toEqual(contents(join(folder, 'once')));
  });

  test('files and stream give the same', async () => {
    await exif('in/a_0.tif', '--output-directory', 'out', '--depth', '5');
    const { stdout } = await exif('in/a_0.tif', '--depth', '5');
    const entries = await entriesOf(stdout);
    expect(Object.fromEntries(entries.map(({ name, bytes }) => [name, bytes.toString('base64')]))).toEqual(
      contents(join(folder, 'out')),
    );
  });

  test('a stream can be written as files', async () => {
    const { status } = await run('fc-exif', ['--output-directory', 'out'], {
      cwd: folder,
      input: await oneVignette(),
    });
    expect(status).toBe(0);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['Lake_0.json', 'Lake_0.tif']);
  });
});

describe('never in place', () => {
  test('the folder of an image is refused, however it is spelled', async () => {
    const before = contents(source);
    symlinkSync('in', join(folder, 'link'));
    for (const spelled of ['in', './in/', 'link', join(folder, 'in')])
      expectRefusal(await exif('in/a_1.png', '--output-directory', spelled), 2, /never changed in place/);
    expect(contents(source)).toEqual(before);
  });

  test('a link to the source in the output folder does not lead back to it', async () => {
    mkdirSync(join(folder, 'out'));
    symlinkSync('../in/a_1.png', join(folder, 'out/a_1.png'));
    const before = contents(source);
    await exif('in/a_1.png', '--output-directory', 'out', '--depth', '5');
    expect(contents(source)).toEqual(before);
  });

  test('another file of the name is not overwritten', async () => {
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out/a_1.png'), 'precious');
    expectRefusal(await exif('in/a_1.png', '--output-directory', 'out', '--quiet'), 3, /out\/a_1\.png/);
    expect(readFileSync(join(folder, 'out/a_1.png'), 'utf8')).toBe('precious');
  });

  test('the same command again does nothing', async () => {
    await exif('in/a_1.png', '--output-directory', 'out', '--depth', '5');
    const { mtimeMs } = statSync(join(folder, 'out/a_1.png'));
    expect((await exif('in/a_1.png', '--output-directory', 'out', '--depth', '5')).status).toBe(0);
    expect(statSync(join(folder, 'out/a_1.png')).mtimeMs).toBe(mtimeMs);
  });
});

describe('refused', () => {
  test('a file that is not there, is a folder, or is no image', async () => {
    writeAll(source, { 'bad.tif': 'hello', 'a_3.tif': tinyTiff(), 'a_3.json': '{' });
    mkdirSync(join(source, 'folder.tif'));
    for (const [path, words] of [
      ['in/none.tif', /in\/none\.tif: no such file/],
      ['in/folder.tif', /in\/folder\.tif: is a folder/],
      ['in/bad.tif', /in\/bad\.tif: not a TIFF/],
      ['in/a_3.tif', /in\/a_3\.json: this sidecar is not JSON/],
    ] as const)
      expectRefusal(await exif(path, '--output-directory', 'out', '--quiet'), 3, words);
  });

  test('with --on-error skip the others are done', async () => {
    const { status, stderr } = await exif(
      'in/none.tif',
      'in/a_1.png',
      '--output-directory',
      'out',
      '--on-error',
      'skip',
    );
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('in/none.tif') });
    expect(readdirSync(join(folder, 'out'))).toEqual(['a_1.png']);
  });

  test('files that would meet', async () => {
    mkdirSync(join(folder, 'other'));
    writeAll(join(folder, 'other'), { 'a_1.png': await tinyImage('png') });
    writeAll(source, { 'a_1.tif': tinyTiff() });
    expectRefusal(
      await exif('in/a_1.png', 'other/a_1.png', '--output-directory', 'out'),
      2,
      /two images would have the name a_1\.png/,
    );
    expectRefusal(await exif('in/a_1.png', 'in/a_1.tif'), 2, /two images would have the name a_1/);
    expect((await exif('in/a_1.png', 'in/a_1.tif', '--output-directory', 'out')).status).toBe(0);
  });

  test('masks of one name, of images of two formats', async () => {
    for (const name of ['a', 'b']) mkdirSync(join(folder, name));
    const image = await tinyImage('png');
    writeAll(folder, { 'm.png': image });
    expect((await exif('--quiet', '--make', 'Other', '--output-directory', 'other', 'm.png')).status).toBe(0);
    writeAll(join(folder, 'a'), { 'm.tif': tinyTiff(), 'm.mask.png': image });
    writeAll(join(folder, 'b'), { 'm.png': image, 'm.mask.png': readFileSync(join(folder, 'other/m.png')) });
    const outcome = await exif('--quiet', '--output-directory', 'out', 'a/m.tif', 'b/m.png');
    expectRefusal(outcome, 3, /out\/m\.mask\.png: there is another file of this name/);
  });

  test('a sidecar without its image', async () => {
    expectRefusal(await exif('in/a_0.json', '--output-directory', 'out'), 2, /belongs to an image/);
  });
});

describe('--read', () => {
  test('one object an image, with its name and file, on files and on streams', async () => {
    const { stdout, status } = await exif('--read', 'in/a_0.tif', 'in/a_2.jpg');
    expect(status).toBe(0);
    const files = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(files.map(({ name, file }) => [name, file])).toEqual([
      ['a_0', 'in/a_0.tif'],
      ['a_0', 'in/a_0.mask.png'],
      ['a_2', 'in/a_2.jpg'],
    ]);
    expect(files[0]).toMatchObject({ ImageWidth: 7, ImageLength: 5, BitsPerSample: 8 });
    const [streamed] = await tagsIn(await oneVignette());
    expect(streamed).toMatchObject({ name: 'Lake_0', file: 'Lake_0.tif', ImageWidth: 7 });
  });

  test('a mask can be read alone', async () => {
    const { stdout } = await exif('--read', 'in/a_0.mask.png');
    expect(JSON.parse(stdout.toString())).toMatchObject({ file: 'in/a_0.mask.png' });
  });

  test('a failure is the last line, so that jq does not take what came for all', async () => {
    const { stdout, status } = await exif('--read', 'in/a_1.png', 'in/none.tif');
    expect(status).toBe(3);
    expect(JSON.parse(stdout.toString().trimEnd().split('\n').at(-1)!)).toEqual({
      $error: expect.stringContaining('none.tif'),
    });
  });
});
