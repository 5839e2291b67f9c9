import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listOf, listsBelow } from '../../src/flowcam/find-lists.js';
import { collect } from '../support/chunks.js';
import { refusalOf } from '../support/refusals.js';
import { workdir } from '../support/workdir.js';

/** A folder with these empty files. */
function folderWith(...files: string[]): string {
  const folder = workdir();
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

describe('the list of a run', () => {
  test('is the only .lst or .flb of its folder, in whatever case', async () => {
    for (const name of ['run.lst', 'RUN.LST', 'library.flb', 'metadata.lst']) {
      const folder = folderWith(name, 'run.ctx', 'run.csv', '._run.lst', '.hidden.lst', 'below/other.lst');
      expect(await listOf(folder)).toBe(join(folder, name));
      expect(await listOf(join(folder, name))).toBe(join(folder, name));
    }
  });

  test('is never guessed among several: the error shows what to type', async () => {
    const folder = folderWith("it's a run.lst", 'second.flb');
    const error = await refusalOf(() => listOf(folder));
    expect(error.message).toBe("there are 2 lists in this folder: it's a run.lst, second.flb");
    expect(error.hint).toBe(`say which: fc-lst2csv '${folder}/it'\\''s a run.lst'`);
    const typed = error.hint!.slice('say which: fc-lst2csv '.length);
    expect(execFileSync('bash', ['-c', `ls ${typed}`]).toString()).toBe(`${folder}/it's a run.lst\n`);
  });

  const refused: [what: string, file: string, words: RegExp][] = [
    ['a classification', 'run.cla', /this is a classification/],
    ['edge traces', 'run.edg', /this is edge traces/],
    ['a context', 'run.ctx', /this is a context/],
    ['an export', 'run.csv', /this is an export, not the list itself/],
    ['an image', 'run_000001.TIF', /this is an image/],
    ['anything else', 'notes.txt', /this is no list/],
    ['a file that is not seen', '._run.lst', /this is no list/],
  ];
  for (const [what, file, words] of refused)
    test(`is not ${what}`, async () => {
      const path = join(folderWith(file), file);
      const error = await refusalOf(() => listOf(path));
      expect(error).toMatchObject({ kind: 'input', file: path });
      expect(error.message).toMatch(words);
    });

  test('is no FIFO, no device, and nothing that is not there', async () => {
    const folder = workdir();
    execFileSync('mkfifo', [join(folder, 'run.lst')]);
    expect((await refusalOf(() => listOf(join(folder, 'run.lst')))).message).toMatch(
      /neither a folder nor a plain/,
    );
    expect((await refusalOf(() => listOf('/dev/null'))).message).toMatch(/neither a folder nor a plain file/);
    expect((await refusalOf(() => listOf(join(folder, 'none')))).message).toBe('no such file or folder');
    expect((await refusalOf(() => listOf(''))).kind).toBe('usage');
  });
});

describe('the runs below a folder', () => {
  test('are found in the order of their paths, deep ones too, hidden ones not', async () => {
    const folder = folderWith(
      'b/b.lst',
      'a/deep/er/x.flb',
      'a/a.lst',
      '.trash/t.lst',
      'c/._c.lst',
      'c/c.txt',
    );
    expect(await collect(listsBelow(folder))).toEqual(
      ['a/a.lst', 'a/deep/er/x.flb', 'b/b.lst'].map((path) => join(folder, path)),
    );
  });

  test('are not sought behind links, which may make circles', async () => {
    const folder = folderWith('a/a.lst');
    symlinkSync(folder, join(folder, 'a/circle'));
    expect(await collect(listsBelow(folder))).toEqual([join(folder, 'a/a.lst')]);
  });

  test('must have one list each', async () => {
    const folder = folderWith('a/1.lst', 'a/2.lst');
    expect((await refusalOf(() => collect(listsBelow(folder)))).hint).toBe(
      `say which: fc-lst2csv ${folder}/a/1.lst`,
    );
  });
});
