import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Sidecar } from '../../src/streams/sidecar.js';
import type { Vignette } from '../../src/streams/vignette.js';
import { VignetteFolder } from '../../src/streams/vignette-files.js';
import { refusalOf } from '../support/refusals.js';
import { workdir } from '../support/workdir.js';

const vignette: Vignette = {
  name: 'a',
  sidecar: Sidecar.of({ run: 'x' }),
  image: { extension: 'tif', bytes: Buffer.from('image') },
  mask: Buffer.from('mask'),
};

/** Writes one vignette into a folder, to the end. */
async function writeTo(path: string, one: Vignette): Promise<void> {
  const folder = new VignetteFolder(path);
  await folder.write(one);
  await folder.end();
}

test('files and their folder are made, and nothing else', async () => {
  const folder = join(workdir(), 'deep/er');
  await writeTo(folder, vignette);
  expect(readdirSync(folder).sort()).toEqual(['a.json', 'a.mask.png', 'a.tif']);
  expect(readFileSync(join(folder, 'a.tif'), 'utf8')).toBe('image');
  expect(readFileSync(join(folder, 'a.mask.png'), 'utf8')).toBe('mask');
  expect(JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'))).toEqual({ run: 'x' });
});

test('a file that is there with the same bytes is left as it is', async () => {
  const folder = workdir();
  await writeTo(folder, vignette);
  const identity = () => {
    const { ino, mtimeNs } = statSync(join(folder, 'a.tif'), { bigint: true });
    return { ino, mtimeNs };
  };
  const before = identity();
  await writeTo(folder, vignette);
  expect(identity()).toEqual(before);
});

describe('what is there is never overwritten, followed or waited for', () => {
  const planted: [what: string, plant: (path: string, folder: string) => void][] = [
    ['a file with other bytes', (path) => writeFileSync(path, 'other')],
    ['a file with other bytes of the same length', (path) => writeFileSync(path, 'IMAGE')],
    ['a link to a file elsewhere', (path, folder) => symlinkSync(join(folder, '../elsewhere'), path)],
    ['a link to a file with the same bytes', (path, folder) => { writeFileSync(join(folder, '../same'), 'image'); symlinkSync(join(folder, '../same'), path); }], // biome-ignore format: a row
    ['a link to nothing', (path) => symlinkSync('/nowhere/at/all', path)],
    ['a folder', (path) => mkdirSync(path)],
    ['a FIFO', (path) => void execFileSync('mkfifo', [path])],
  ];
  for (const [what, plant] of planted)
    test(what, async () => {
      const top = workdir();
      const folder = join(top, 'out');
      mkdirSync(folder);
      writeFileSync(join(top, 'elsewhere'), 'elsewhere');
      plant(join(folder, 'a.tif'), folder);
      const error = await refusalOf(() => writeTo(folder, vignette));
      expect(error).toMatchObject({ kind: 'output', file: join(folder, 'a.tif') });
      expect(readFileSync(join(top, 'elsewhere'), 'utf8')).toBe('elsewhere');
      expect(readdirSync(top).sort()).toEqual(expect.arrayContaining(['elsewhere', 'out']));
      expect(readdirSync(folder).sort()).toEqual(['a.json', 'a.mask.png', 'a.tif']);
    });
});

describe('where files cannot be written, the error says where and why', () => {
  test('a file in place of the folder', async () => {
    const path = join(workdir(), 'file');
    writeFileSync(path, '');
    const error = await refusalOf(() => writeTo(path, vignette));
    expect(error).toMatchObject({ kind: 'output', file: path });
  });

  test('a folder below a link to a disk that is not there', async () => {
    const scratch = join(workdir(), 'scratch');
    symlinkSync('/nowhere/scratch', scratch);
    const folder = join(scratch, 'vignettes');
    const error = await refusalOf(() => writeTo(folder, vignette));
    expect(error.message).toMatch(/cannot make this folder: /);
    expect(error.file).toBe(folder);
  });

  test('a name that holds a folder', async () => {
    const error = await refusalOf(() => new VignetteFolder(workdir()).write({ ...vignette, name: 'd/a' }));
    expect(error.message).toMatch(/holds a folder/);
    expect(error.entry).toBe('d/a.json');
  });
});

test('files of one name that come together, in whatever case, are one after the other: none is lost', async () => {
  for (const name of ['a', 'A', 'e\u0301']) {
    const folder = new VignetteFolder(workdir());
    const other =
      name === 'A' ? { ...vignette, name } : { ...vignette, name, mask: Buffer.from('other mask') };
    folder.write({ ...vignette, name: name === 'A' ? 'a' : name, mask: Buffer.alloc(5_000_000, 1) });
    folder.write(other);
    if (name === 'A') await folder.end();
    else expect((await refusalOf(() => folder.end())).message).toMatch(/another file of this name/);
  }
});
