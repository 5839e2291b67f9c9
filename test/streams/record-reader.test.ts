import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type RecordPart, readRecords } from '../../src/streams/record-reader.js';
import { CHUNK_SIZES, collectAll, inChunks } from '../support/chunks.js';
import { listText, type Row } from '../support/lists.js';
import { run } from '../support/programs.js';
import { refusalOf } from '../support/refusals.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

interface Options {
  size?: number;
  directory?: string;
}

/** The records, and the words said on the way. */
async function read(text: Uint8Array | string, { size, directory }: Options = {}) {
  const notes: string[] = [];
  const options = { directory, note: (note: string) => notes.push(note) };
  const parts = await collectAll(readRecords(inChunks(text, size), options));
  return { parts, notes };
}

const recordsOf = (parts: RecordPart[]) =>
  parts.map((part) => {
    if ('bad' in part) throw part.bad;
    return part.record;
  });

/** A run folder with a list of these rows. */
function runWith(rows: Row[]): string {
  const folder = workdir();
  writeFileSync(join(folder, 'run.lst'), listText(rows));
  return folder;
}

/** The name of the list in a run folder. */
const listIn = (folder: string) => readdirSync(folder).find((name) => name.endsWith('.lst'))!;

describe('NDJSON and CSV of a run are the same records', () => {
  let folder: string;
  let csv: Buffer;
  let ndjson: Buffer;
  beforeAll(async () => {
    folder = await simulate({ particles: 20, utcOffset: '+02:00' });
    csv = (await run('fc-lst2csv', [folder])).stdout;
    ndjson = (await run('fc-lst2csv', [folder, '--format', 'ndjson'])).stdout;
  });

  test('however a pipe cuts them, with or without byte order mark and CRLF', async () => {
    const expected = ndjson
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const variants = [
      csv,
      `\ufeff${csv}`,
      csv.toString().replaceAll('\n', '\r\n'),
      ndjson,
      `\ufeff${ndjson}`,
    ];
    for (const text of variants)
      for (const size of CHUNK_SIZES.filter((one) => one > 2)) {
        const { parts } = await read(text, { size, directory: folder });
        expect(recordsOf(parts)).toEqual(expected);
        expect(JSON.stringify(recordsOf(parts))).toBe(JSON.stringify(expected));
      }
  });

  test('also byte by byte, and behind white space', async () => {
    const line = ndjson.subarray(0, ndjson.indexOf('\n') + 1);
    const { parts } = await read(Buffer.concat([Buffer.from('\ufeff  '), line]), { size: 1 });
    expect(recordsOf(parts)).toEqual([JSON.parse(line.toString())]);
  });

  test('where the folder comes from a column of the table', async () => {
    const { stdout } = await run('fc-lst2csv', [folder, '--with', 'folder,directory']);
    expect(recordsOf((await read(stdout)).parts)).toEqual(
      recordsOf((await read(csv, { directory: folder })).parts),
    );
  });

  test('with lines that say where a record came from', async () => {
    const lines = (parts: RecordPart[]) => parts.map((part) => ('line' in part ? part.line : 0));
    expect(lines((await read(ndjson)).parts)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect(lines((await read(csv, { directory: folder })).parts)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 2),
    );
  });

  test('from a piece of the table without its header, with a note', async () => {
    const piece = csv.toString().split('\n').slice(11).join('\n');
    const { parts, notes } = await read(piece, { directory: folder });
    expect(recordsOf(parts)).toEqual(recordsOf((await read(csv, { directory: folder })).parts).slice(10));
    expect(notes).toEqual([expect.stringMatching(/no header.*piece of the table/)]);
  });

  test('from NDJSON of a list that came through a pipe, once the run is named', async () => {
    const piped = await run('fc-lst2csv', ['--format', 'ndjson'], {
      input: readFileSync(join(folder, listIn(folder))),
    });
    expect(piped.stdout.toString()).not.toContain('"folder"');
    const expected = recordsOf((await read(ndjson)).parts);
    expect(recordsOf((await read(piped.stdout, { directory: folder })).parts)).toEqual(expected);
  });

  test('from NDJSON whose directory is replaced', async () => {
    const text = ndjson.toString().replaceAll(folder, '/elsewhere');
    const records = recordsOf((await read(text, { directory: folder })).parts);
    expect(new Set(records.map(({ directory }) => directory))).toEqual(new Set([folder]));
  });
});

describe('a table that cannot be bound is refused, with what to do', () => {
  const row = { collage_file: 'run_000001.tif' };
  const cases: [what: string, csv: string, kind: string, words: RegExp][] = [
    ['one without the column index', 'run,id\nr,1\n', 'input', /no column index/],
    ['one without the column run', 'index,id\n0,1\n', 'input', /no column run/],
    ['one with a column twice', 'run,index,id,id\nr,0,1,1\n', 'input', /two columns id/],
    ['one of several runs', 'run,index,id\nr,0,1\ns,0,1\n', 'usage', /several runs/],
  ];
  for (const [what, csv, kind, words] of cases)
    test(what, async () => {
      const error = await refusalOf(() => read(csv, { directory: runWith([row]) }));
      expect(error.kind).toBe(kind);
      expect(error.message).toMatch(words);
      expect(error.file).toBe('stdin');
    });

  test('one whose collages lie nobody knows where', async () => {
    const error = await refusalOf(() => read('run,index,id\nr,0,1\n'));
    expect(error).toMatchObject({ kind: 'usage', hint: 'say it: --directory RUN' });
  });

  test('one whose folder has several lists, with the line to type', async () => {
    const folder = runWith([row]);
    writeFileSync(join(folder, 'other.lst'), listText([row]));
    const error = await refusalOf(() => read('run,index,id\nr,0,1\n', { directory: folder }));
    expect(error.hint).toBe(`say which: fc-decollage --directory ${join(folder, 'other.lst')}`);
    const { parts } = await read('run,index,id\nr,0,1\n', { directory: join(folder, 'run.lst') });
    expect(recordsOf(parts)).toEqual([
      { run: 'r', folder: basename(folder), directory: folder, index: 0, id: 1 },
    ]);
  });
});

describe('a bad row is an error of its own, so that it can be skipped', () => {
  const cases: [what: string, row: string, words: RegExp][] = [
    ['nothing but commas', ',,,', /this row is empty/],
    ['too few cells', 'r,0', /2 cells where the header has 4/],
    ['too many cells', 'r,0,1,2,3', /5 cells/],
    ['letters in a whole number', 'r,0,x,0.5', /id is "x", which is no whole number/],
    ['a whole number beyond 32 bits', 'r,0,2147483648,0.5', /no whole number/],
    ['letters in a number', 'r,0,1,0.5x', /cal_const is "0.5x", which is no number/],
    ['NaN', 'r,0,1,NaN', /no number/],
    ['a number beyond all', 'r,0,1,1e999', /no number/],
    ['nothing in place of a number', 'r,0,1,', /no number/],
    ['a row number that is none', 'r,-1,1,0.5', /no row number/],
  ];
  for (const [what, bad, words] of cases)
    test(what, async () => {
      const text = `run,index,id,cal_const\nr,5,1,0.5\n${bad}\nr,7,3,0.5\n`;
      const { parts } = await read(text, { directory: runWith([{}]) });
      expect(parts.map((part) => ('bad' in part ? part.bad.message : part.record.index))).toEqual([
        5,
        expect.stringMatching(words),
        7,
      ]);
      expect(parts[1]).toMatchObject({ bad: { kind: 'input', file: 'stdin', line: 3 } });
    });
});

describe('what no particle record can be is refused', () => {
  const cases: [what: string, text: string, words: RegExp][] = [
    [
      'a number that could not be written again',
      '{"run":"r","index":0,"area":1e999}\n',
      /number that is too large/,
    ],
    [
      'values nested without end',
      `{"run":"r","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`,
      /nested deeper/,
    ],
    ['an array of records', '[{"run":"r"}]\n', /not a JSON object/],
    ['text that is none', 'hello\n', /no column run/],
  ];
  for (const [what, text, words] of cases)
    test(what, async () => {
      const error = await refusalOf(() => read(text));
      expect(error.message).toMatch(words);
      expect(error.line).toBe(1);
    });

  test('nothing is no record, and no error here', async () => {
    expect((await read('')).parts).toEqual([]);
  });
});
