import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasCommonOptions, refusesBadLines } from '../support/command-lines.js';
import { headText, listText } from '../support/lists.js';
import { environment, run, shell } from '../support/programs.js';
import { expectRefusal } from '../support/refusals.js';
import { runFolder } from '../support/run-folders.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

const records = (stdout: Buffer) =>
  stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The first cells of each row, behind the header. */
const cells = (stdout: Buffer, count: number) =>
  stdout
    .toString()
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(0, count));

/** A cruise of two runs, one of them deep, with things that are none beside them. */
function cruise(): string {
  const top = workdir();
  for (const [path, name] of [
    ['b', 'second'],
    ['a/deep', 'first'],
  ] as const) {
    mkdirSync(join(top, path), { recursive: true });
    writeFileSync(join(top, path, 'run.lst'), listText([{ collage_file: `${name}_000001.tif` }, {}]));
    writeFileSync(join(top, path, '._run.lst'), 'macOS');
  }
  writeFileSync(join(top, 'notes.txt'), '');
  return top;
}

describe('the options', () => {
  hasCommonOptions('fc-lst2csv');
  refusesBadLines('fc-lst2csv', [
    ['--format x', /--format must be one of csv, ndjson, not "x"/],
    ['--format', /--format needs a value \(one that begins with a dash: --format=-…\)/],
    ['--format csv --format csv', /--format is given 2 times/],
    ['--bare --bare', /--bare is given twice/],
    ['--bare=no', /--bare takes no value/],
    ['--frmat csv', /frmat.*see fc-lst2csv --help/],
    ['-x', /no option -x \(see fc-lst2csv --help/],
    ['-bare', /no option -bare/],
    ['--_=x', /no option --_/],
    ['--__proto__ x', /no option --__proto__/],
    ['--run -x', /--run needs a value/],
    ['--run ""', /--run needs a value/],
    ['--with depth', /--with must be one of directory, folder, not "depth"/],
    ['--with folder,folder', /--with names a column twice/],
    ['--bare --with folder', /leave out --with/],
    ['--bare --format ndjson', /--bare and --with are for CSV/],
    ['--with folder --format ndjson', /--bare and --with are for CSV/],
    ['--on-error go', /--on-error must be one of stop, skip/],
    ['--recursive', /--recursive needs a folder/],
    ['--run a b c', /--run names one run/],
    ['b c', /CSV holds one run, and there are several \(use --format ndjson/],
    ['""', /the path of a run is empty/],
  ]);

  test('a flag takes no word behind it, and behind -- there are none', async () => {
    const folder = runFolder({ name: 'true' });
    const expected = (await run('fc-lst2csv', [folder])).stdout.toString();
    const within = { cwd: join(folder, '..') };
    for (const args of [
      ['--quiet', 'true'],
      ['true', '--quiet'],
      ['--quiet', '--', 'true'],
    ])
      expect((await run('fc-lst2csv', args, within)).stdout.toString(), args.join(' ')).toBe(expected);
    expectRefusal(await run('fc-lst2csv', ['--', '--bare'], within), 3, /--bare: no such file/);
  });

  test('a version that cannot be written is status 3', async () => {
    const { status, stderr } = await shell('fc-lst2csv --version > /dev/full');
    expect([status, stderr]).toEqual([3, expect.stringMatching(/^cannot write: .*ENOSPC.*\n$/)]);
  });

  test('--quiet says nothing but errors', async () => {
    expect(await run('fc-lst2csv', ['--quiet', runFolder()])).toMatchObject({ stderr: '', status: 0 });
    expectRefusal(await run('fc-lst2csv', ['--quiet', '/nowhere']), 3, /nowhere: no such file/);
  });
});

describe('the list of a run', () => {
  test('comes from stdin where none is named, and for -', async () => {
    const folder = runFolder();
    const list = readFileSync(join(folder, 'run.lst'));
    const expected = (await run('fc-lst2csv', [folder])).stdout.toString();
    for (const args of [[], ['-']])
      expect((await run('fc-lst2csv', args, { input: list })).stdout.toString()).toBe(expected);
    const [record] = records((await run('fc-lst2csv', ['--format', 'ndjson'], { input: list })).stdout);
    expect(record).toMatchObject({ run: 'run', index: 0 });
    expect(Object.keys(record).slice(0, 3)).toEqual(['run', 'index', 'id']);
  });

  test('is named where a folder has several: the error shows the line to type, and that line works', async () => {
    const folder = runFolder({ name: "two lists, one's too many" });
    cpSync(join(folder, 'run.lst'), join(folder, 'a second.lst'));
    const outcome = await run('fc-lst2csv', [folder]);
    expectRefusal(outcome, 3, /there are 2 lists in this folder: a second\.lst, run\.lst/);
    const line = /\(say which: (.*)\)\n$/.exec(outcome.stderr)![1]!;
    expect((await shell(line)).status).toBe(0);
  });

  test('needs the name of its run where its collages do not tell it', async () => {
    const list = listText([{ collage_file: 'odd.tif' }]);
    expectRefusal(
      await run('fc-lst2csv', ['-'], { input: list }),
      3,
      /stdin: the run's name cannot be told.*--run NAME/,
    );
    const { stdout } = await run('fc-lst2csv', ['-', '--run', 'Tank 25'], { input: list });
    expect(cells(stdout, 2)).toEqual([['Tank 25', '0']]);
  });

  test('may have no particles, if that is right', async () => {
    const folder = runFolder({ list: headText() });
    const { stdout, status } = await run('fc-lst2csv', [folder, '--allow-empty']);
    expect(status).toBe(0);
    expect(stdout.toString()).toMatch(/^run,index,id,[^\n]*\n$/);
    expect(await run('fc-lst2csv', [folder, '--allow-empty', '--format', 'ndjson'])).toMatchObject({ status: 0, stdout: Buffer.alloc(0) }); // biome-ignore format: a line
  });
});

describe('columns', () => {
  test('--with adds what the pipe knows, behind run and index, as asked for', async () => {
    const folder = runFolder({ name: 'the, folder' });
    const { stdout } = await run('fc-lst2csv', [folder, '--with', 'folder,directory']);
    const [header, row] = stdout.toString().split('\n');
    expect(header).toMatch(/^run,index,folder,directory,id,/);
    expect(row).toContain(`run,0,"the, folder","${folder}",1,`);
    const other = await run('fc-lst2csv', [folder, '--with', 'directory']);
    expect(other.stdout.toString()).toMatch(/^run,index,directory,id,/);
  });

  test('--with has nothing to add for a list on stdin', async () => {
    const outcome = await run('fc-lst2csv', ['-', '--with', 'folder'], { input: listText([{}]) });
    expectRefusal(outcome, 2, /a list on stdin has no folder \(name the run folder instead of -\)/);
  });

  test('--run names the run, whatever its collages are called', async () => {
    const { stdout } = await run('fc-lst2csv', ['--run', 'Mere, "west"', runFolder(), '--format', 'ndjson']);
    expect(new Set(records(stdout).map(({ run }) => run))).toEqual(new Set(['Mere, "west"']));
  });
});

describe('several runs', () => {
  test('go into NDJSON, each with its own name, folder and numbers', async () => {
    const top = cruise();
    const { stdout, stderr } = await run('fc-lst2csv', [
      join(top, 'b'),
      join(top, 'a/deep'),
      '--format',
      'ndjson',
    ]);
    expect(records(stdout).map(({ run, folder, index }) => [run, folder, index])).toEqual([
      ['second', 'b', 0],
      ['second', 'b', 1],
      ['first', 'deep', 0],
      ['first', 'deep', 1],
    ]);
    expect(stderr).toMatch(/4 particles of 2 runs/);
  });

  test('are found by --recursive in the order of their paths', async () => {
    const { stdout } = await run('fc-lst2csv', ['--recursive', cruise(), '--format', 'ndjson']);
    expect(records(stdout).map(({ run }) => run)).toEqual(['first', 'first', 'second', 'second']);
  });

  test('never go into one CSV, and that is said before anything is written', async () => {
    const outcome = await run('fc-lst2csv', ['--recursive', cruise()]);
    expectRefusal(outcome, 2, /CSV holds one run, and there are several/);
    expect(outcome.stdout.length).toBe(0);
    const one = await run('fc-lst2csv', ['--recursive', join(cruise(), 'a')]);
    expect(cells(one.stdout, 2)).toEqual([['first', '0'], ['first', '1']]); // biome-ignore format: pairs
  });

  test('none below a folder is an error', async () => {
    expectRefusal(
      await run('fc-lst2csv', ['--recursive', workdir()]),
      3,
      /there is no list \(\.lst or \.flb\) below/,
    );
  });

  test('a failure in the second ends NDJSON with what went wrong', async () => {
    const top = cruise();
    writeFileSync(join(top, 'b/run.lst'), `${headText()}bad\n`);
    const { stdout, status } = await run('fc-lst2csv', ['--recursive', top, '--format', 'ndjson']);
    expect(status).toBe(3);
    expect(records(stdout)).toHaveLength(3);
    expect(records(stdout)[2]).toEqual({ $error: expect.stringContaining('b/run.lst:13: 1 field') });
  });
});

describe('pipes', () => {
  test('a reader that leaves is no error', async () => {
    const folder = await simulate({ particles: 3000, collageSize: 2048 });
    for (const format of ['csv', 'ndjson']) {
      const { stdout, stderr } = await shell(
        `fc-lst2csv "$RUN" --format ${format} | head -1 | wc -l; echo "\${PIPESTATUS[@]}"`,
        {
          env: environment({ RUN: folder }),
        },
      );
      expect(stdout.toString()).toBe('1\n0 0 0\n');
      expect(stderr).toBe('');
    }
  });

  test('a full disk is an error that says so', async () => {
    const folder = runFolder();
    for (const format of ['csv', 'ndjson'])
      expectRefusal(
        await shell(`fc-lst2csv '${folder}' --format ${format} > /dev/full`),
        3,
        /stdout: cannot write: no space left on the device/,
      );
  });

  test('--skipped takes the place of an earlier list, and of nothing else', async () => {
    const [folder, cwd] = [runFolder(), workdir()];
    const path = join(cwd, 'skipped.ndjson');
    const skip = () => run('fc-lst2csv', [folder, '--on-error', 'skip', '--skipped', path], { cwd });
    writeFileSync(path, '{"run":"a","index":3,"reason":"a bad row"}\n');
    expect((await skip()).status).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('');
    writeFileSync(path, 'run,index\na,1\n');
    expectRefusal(await skip(), 2, /skipped\.ndjson is there already, and is no list of skipped records/);
    expect(readFileSync(path, 'utf8')).toBe('run,index\na,1\n');
  });

  test('an unwritable --skipped is an error before anything is written', async () => {
    const outcome = await run('fc-lst2csv', [runFolder(), '--skipped', '/nowhere/skipped']);
    expectRefusal(outcome, 3, /\/nowhere\/skipped: no such file or folder \(name another --skipped FILE\)/);
    expect(outcome.stdout.length).toBe(0);
  });
});
