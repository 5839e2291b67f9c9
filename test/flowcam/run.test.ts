import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeRun, type OpenRun, openPipedList, openRun } from '../../src/flowcam/run.js';
import { recordLines, recordOf } from '../../src/flowcam/run-records.js';
import { collectAll, inChunks } from '../support/chunks.js';
import { headText, listText, type Row, rowText } from '../support/lists.js';
import { refusalOf } from '../support/refusals.js';
import { workdir } from '../support/workdir.js';

/** A run folder: its list, and side files by their ending. */
function runFolder(name: string, text: string | Buffer, sideFiles: Record<string, string> = {}): string {
  const folder = join(workdir(), name);
  mkdirSync(folder);
  writeFileSync(join(folder, `${name}.lst`), text);
  for (const [ending, content] of Object.entries(sideFiles))
    writeFileSync(join(folder, name + ending), content);
  return join(folder, `${name}.lst`);
}

const rowsOf = async (run: OpenRun) =>
  (await collectAll(run.parts)).flatMap((part) => ('row' in part ? [part.row] : []));

describe("a run's name", () => {
  const named = async (row: Row, name?: string) => {
    const run = await openRun(runFolder('Folder 1', listText([row])), name);
    await run.close();
    return run.name;
  };

  test('is told from its collages, else from its folder, unless it is given', async () => {
    expect(await named({ collage_file: 'Tank_images_000001.tif' })).toBe('Tank');
    expect(await named({ collage_file: 'odd.tif' })).toBe('Folder 1');
    expect(await named({ collage_file: 'Tank_images_000001.tif' }, 'mine')).toBe('mine');
  });

  test('is told from the first good row, where rows before it are bad', async () => {
    const text = `${headText()}bad\nworse|x\n${rowText(2, { collage_file: 'Tank_000001.tif' })}\n`;
    const run = await openRun(runFolder('Folder', text));
    expect(run.name).toBe('Tank');
    expect((await collectAll(run.parts)).map((part) => Object.keys(part)[0])).toEqual(['bad', 'bad', 'row']);
  });

  test('of a list in a pipe is told from its collages, else it must be given', async () => {
    expect((await openPipedList(inChunks(listText([{}])))).name).toBe('run');
    const odd = listText([{ collage_file: 'odd.tif' }]);
    expect((await refusalOf(() => openPipedList(inChunks(odd)))).hint).toBe('give it: --run NAME');
    expect(await openPipedList(inChunks(odd), 'mine')).toMatchObject({ name: 'mine', list: 'stdin' });
    expect(await openPipedList(inChunks(odd), 'mine')).not.toHaveProperty('directory');
  });
});

describe('what a run is told to be', () => {
  const context = '[Software]\r\nSoftwareVersion=4.19.3\r\n[General]\r\nRunStartTime=2024-04-08 09:10:51\r\n';

  test('comes from the side files of its name, in whatever case, and from its first row', async () => {
    const list = runFolder('run', listText([{}]), { '.CTX': context });
    expect(await describeRun(list)).toMatchObject({
      list,
      name: 'run',
      folder: 'run',
      directory: join(list, '..'),
      instrument: { software_version: '4.19.3', utc_offset: '+02:00' },
    });
  });

  test('not from side files of others, hidden ones, folders or FIFOs', async () => {
    const list = runFolder('run', listText([{}]));
    const folder = join(list, '..');
    writeFileSync(join(folder, '._run.ctx'), context);
    writeFileSync(join(folder, 'other.ctx'), context);
    mkdirSync(join(folder, 'run.ctx'));
    execFileSync('mkfifo', [join(folder, 'run_run_summary.txt')]);
    expect(await describeRun(list)).not.toHaveProperty('instrument');
  });
});

describe('a list that is no whole, still file is refused', () => {
  /** A list of several chunks, so that it is not read at one go. */
  const large = listText(Array.from({ length: 30_000 }, () => ({})));
  const changed: [what: string, change: (list: string) => void][] = [
    ['that grows while it is read', (list) => appendFileSync(list, `${rowText(30_000)}\n`)],
    ['that grows by whole lines and shrinks again', (list) => { appendFileSync(list, 'x'); truncateSync(list, large.length); utimesSync(list, 1, 1); }], // biome-ignore format: a row
    ['whose time changes while it is read', (list) => utimesSync(list, 1, 1)],
    [
      'that shrinks while it is read',
      (list) => truncateSync(list, headText().length + rowText(0).length + 1),
    ],
  ];
  for (const [what, change] of changed)
    test(what, async () => {
      const list = runFolder('run', large);
      const run = await openRun(list);
      change(list);
      const error = await refusalOf(() => collectAll(run.parts));
      expect(error).toMatchObject({ kind: 'input', file: list });
      expect(error.message).toMatch(/changed while it was read|fields where the header|ends inside/);
    });

  test('a FIFO under the name of a list, without waiting for it', async () => {
    const fifo = join(workdir(), 'run.lst');
    execFileSync('mkfifo', [fifo]);
    expect((await refusalOf(() => openRun(fifo))).message).toBe('this is no plain file');
  });
});

describe('records of a run', () => {
  test('are the same as objects and as lines of NDJSON, whatever their numbers look like', async () => {
    const rows: Row[] = [{}, { cal_const: '1' }, { cal_const: '.5', id: '+7' }, { id: '007' }, { cal_const: '1e-7' }, { timestamp: '"\\\u0001é' }, { collage_file: '' }]; // biome-ignore format: rows
    const run = await openRun(runFolder('a "name" \\ with, "index":0', listText(rows)), 'own "index":0');
    const line = recordLines(run);
    for (const row of await rowsOf(run)) {
      expect(line(row)).toMatch(/^\{.*\}\n$/);
      expect(JSON.parse(line(row))).toEqual(recordOf(row, run));
    }
  });

  test('have what the toolkit adds first, then the fields of the list in their order', async () => {
    const list = runFolder('run', listText([{ id: 5 }]), { '.ctx': '[Software]\nSoftwareName=x\n' });
    const run = await openRun(list);
    const [row] = await rowsOf(run);
    expect(Object.entries(recordOf(row!, run)).slice(0, 6)).toEqual([
      ['run', 'run'],
      ['folder', basename(join(list, '..'))],
      ['directory', join(list, '..')],
      ['index', 0],
      ['instrument', { software: 'x' }],
      ['id', 5],
    ]);
  });
});
