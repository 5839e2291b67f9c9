/** Lists that are odd, broken, or no lists, as a person meets them with fc-lst2csv. */
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { headText, listText, rowText } from '../support/lists.js';
import { environment, run } from '../support/programs.js';
import { expectRefusal } from '../support/refusals.js';
import { collage, fourRows, runFolder } from '../support/run-folders.js';
import { workdir } from '../support/workdir.js';

const list = listText(fourRows);
const HEAD_LINES = headText().split('\n').length - 1;

/** The four rows as CSV, to compare with. */
const plainCsv = async () => (await run('fc-lst2csv', [runFolder()])).stdout.toString();

describe('lists of other writers are read', () => {
  const variants: [what: string, list: string | Buffer, words: RegExp][] = [
    ['with CRLF', list.replaceAll('\n', '\r\n'), /^fc-lst2csv: 4 particles of 1 run/],
    ['with a byte order mark', `\ufeff${list}`, /^fc-lst2csv: 4 particles of 1 run/],
    ['with both', `\ufeff${list.replaceAll('\n', '\r\n')}`, /^fc-lst2csv: 4 particles of 1 run/],
    ['with empty lines at the end', `${list}\n\n`, /^fc-lst2csv: 4 particles of 1 run/],
    [
      'without a last line end, with a warning',
      list.slice(0, -1),
      new RegExp(`run\\.lst:${HEAD_LINES + 4}: the last line has no line end; its fields are all there`),
    ],
    [
      'of a later version, with a note',
      list.replace(/^017/, '018'),
      /version 18 is read like 017, the version that is known/,
    ],
  ];
  for (const [what, variant, words] of variants)
    test(what, async () => {
      const { stdout, stderr, status } = await run('fc-lst2csv', [runFolder({ list: variant })]);
      expect(stdout.toString()).toBe(await plainCsv());
      expect(stderr).toMatch(words);
      expect(status).toBe(0);
    });

  test('with names in Latin-1, as a Windows program writes them', async () => {
    const latin = Buffer.from(
      listText([{ collage_file: 'Fjällsjön – €_000001.tif' }])
        .replace('–', '\x96')
        .replace('€', '\x80'),
      'latin1',
    );
    const { stdout, status } = await run('fc-lst2csv', [runFolder({ list: latin }), '--format', 'ndjson']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      run: 'Fjällsjön – €',
      collage_file: 'Fjällsjön – €_000001.tif',
    });
  });

  test('libraries (.flb) too, whose name is told from their collages', async () => {
    const folder = workdir();
    writeFileSync(join(folder, 'C fusus.flb'), listText([{ collage_file: 'C fusus_lib_images_000001.tif' }]));
    const { stdout } = await run('fc-lst2csv', [join(folder, 'C fusus.flb')]);
    expect(stdout.toString()).toMatch(/\nC fusus,0,1,/);
  });

  test('values with commas and quotation marks stand quoted in CSV', async () => {
    const { stdout } = await run('fc-lst2csv', [
      '--bare',
      runFolder({ list: listText([{ collage_file: 'a,"b"_000001.tif' }]) }),
    ]);
    expect(stdout.toString()).toContain('"a,""b""_000001.tif"');
  });
});

describe('what is no list is refused by what it is', () => {
  const refused: [what: string, list: string | Buffer, words: RegExp][] = [
    ['an empty file', '', /run\.lst:1: this list is empty/],
    ['a legacy version', list.replace(/^017/, '016'), /run\.lst:1: lists of version 016 are not read/],
    ['a legacy list with colons', '5:2\nx\n1:2:3\n', /run\.lst:1: lists of version 5:2 are not read/],
    ['an image', collage(), /run\.lst:1: (there is a NUL byte|this is no FlowCam list)/],
    ['UTF-16', Buffer.from(`\ufeff${list}`, 'utf16le'), /this text is UTF-16 \(convert it: iconv/],
    [
      'a line of 100 MB',
      Buffer.concat([Buffer.from(list), Buffer.alloc(1e8, 'x')]),
      new RegExp(`run\\.lst:${HEAD_LINES + 5}: this line is longer than 1048576 bytes`),
    ],
    [
      'a NUL byte',
      list.replace('run_0', 'run\0_'),
      new RegExp(`run\\.lst:${HEAD_LINES + 1}: there is a NUL byte`),
    ],
    [
      'a head whose count is one too low',
      list.replace('num-fields|10', 'num-fields|9'),
      /run\.lst:12: 2 fields where the header names 9/,
    ],
    [
      'a head whose count is one too high',
      list.replace('num-fields|10', 'num-fields|11'),
      /run\.lst:13: name\|type of field 11 of 11 is due/,
    ],
    [
      'an unknown type',
      list.replace('|guid', '|uuid'),
      /run\.lst:12: the type "uuid" of image_id is unknown/,
    ],
    [
      "a field of the toolkit's own",
      list.replace('id|int32', 'index|int32'),
      /run\.lst:3: a field called index cannot be told/,
    ],
    [
      'a row that is cut',
      list.slice(0, -60),
      /run\.lst:16: \d fields where the header names 10 \(the file may be cut short; copy it again\)/,
    ],
    [
      'letters in a number',
      list.replace('|0.5544|', '|O.5544|'),
      /run\.lst:13: cal_const is "O\.5544", which is no number/,
    ],
    ['terminal codes, made harmless', list.replace('|0.5544|', '|\u001b[2J|'), /cal_const is "\\u001b\[2J"/],
    ['no rows', headText(), /there are no particles \(use --allow-empty if that is right\)/],
  ];
  for (const [what, bad, words] of refused)
    test(what, async () => {
      const outcome = await run('fc-lst2csv', [runFolder({ list: bad }), '--format', 'ndjson']);
      expectRefusal(outcome, 3, words);
      const last = outcome.stdout.toString().trimEnd().split('\n').at(-1)!;
      expect(`fc-lst2csv: ${JSON.parse(last).$error}\n`).toBe(outcome.stderr);
    });

  test('also where CSV is asked for, which then just stops', async () => {
    const outcome = await run('fc-lst2csv', [runFolder({ list: list.slice(0, -60) })]);
    expectRefusal(outcome, 3, /run\.lst:16: /);
    expect(outcome.stdout.toString()).toMatch(/^(.*\n)*$/);
  });

  test('files of a FlowCam that are none, a folder without one, a FIFO, nothing at all', async () => {
    const folder = runFolder({ files: { 'run.cla': 'v3\n', 'run.edg': '', 'run.csv': '' } });
    expectRefusal(
      await run('fc-lst2csv', [join(folder, 'run.cla')]),
      3,
      /run\.cla: this is a classification/,
    );
    expectRefusal(
      await run('fc-lst2csv', [join(folder, 'run.csv')]),
      3,
      /run\.csv: this is an export, not the list itself/,
    );
    expectRefusal(
      await run('fc-lst2csv', [workdir()]),
      3,
      /there is no list \(\.lst or \.flb\) in this folder/,
    );
    expectRefusal(await run('fc-lst2csv', [join(folder, 'none')]), 3, /none: no such file or folder/);
    const fifos = workdir();
    execFileSync('mkfifo', [join(fifos, 'run.lst')]);
    expectRefusal(await run('fc-lst2csv', [join(fifos, 'run.lst')]), 3, /neither a folder nor a plain file/);
    expectRefusal(await run('fc-lst2csv', [fifos]), 3, /run\.lst: this is no plain file/);
  });
});

describe('bad rows', () => {
  const bad = `${headText()}${rowText(0)}\nbad\n${rowText(2, { id: 'x' })}\n${rowText(3)}\n`;

  test('end the command at the first of them', async () => {
    expectRefusal(await run('fc-lst2csv', [runFolder({ list: bad })]), 3, /run\.lst:14: 1 field/);
  });

  test('are left out on request: reported, counted, listed, status 1', async () => {
    const folder = runFolder({ list: bad });
    const skipped = join(folder, 'skipped.ndjson');
    const { stdout, stderr, status } = await run('fc-lst2csv', [
      folder,
      '--on-error',
      'skip',
      '--skipped',
      skipped,
    ]);
    expect(status).toBe(1);
    expect(
      stdout
        .toString()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[1]),
    ).toEqual(['0', '3', undefined]);
    expect(stderr).toMatch(
      /skipped: .*run\.lst:14: 1 field.*\n.*skipped: .*run\.lst:15: id is "x".*\n.*2 particles/,
    );
    const listed = readFileSync(skipped, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(listed).toMatchObject([
      {
        run: 'run',
        index: 1,
        file: join(folder, 'run.lst'),
        line: 14,
        reason: expect.stringMatching(/^1 field/),
      },
      { run: 'run', index: 2, line: 15 },
    ]);
  });

  test('--skipped is written even where nothing was skipped', async () => {
    const folder = runFolder();
    const { status } = await run('fc-lst2csv', [
      folder,
      '--on-error',
      'skip',
      '--skipped',
      join(folder, 's'),
    ]);
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 's'), 'utf8')).toBe('');
  });
});

test('a list that grows while it is read is refused, and NDJSON says so in its last line', async () => {
  const path = join(runFolder({ list: listText(Array.from({ length: 30_000 }, () => ({}))) }), 'run.lst');
  const program = spawn('fc-lst2csv', [path, '--format', 'ndjson'], { env: environment() });
  const ended = new Promise((resolve) => program.on('close', resolve));
  // Nobody reads on: the program waits in the middle of the list.
  await new Promise((resolve) => program.stdout.once('readable', resolve));
  appendFileSync(path, `${rowText(30_000)}\n`);
  const [out, words] = await Promise.all([text(program.stdout), text(program.stderr)]);
  expect(await ended).toBe(3);
  expect(words).toMatch(/run\.lst: this list changed while it was read/);
  expect(JSON.parse(out.trimEnd().split('\n').at(-1)!)).toHaveProperty('$error');
});

test('names of runs that a shell would take apart are names like any others', async () => {
  const names = [
    ...[
      'two words',
      "it's",
      '"quoted"',
      '$(touch X)',
      'a;b',
      '`b`',
      'line\nbreak',
      '-rf',
      '🐟',
      'ü',
      '1e3',
      '%s',
      '*',
    ],
    'x'.repeat(255),
  ];
  const top = workdir();
  for (const name of names) {
    mkdirSync(join(top, name));
    writeFileSync(join(top, name, 'run.lst'), listText([{ collage_file: 'odd.tif' }]));
  }
  const { stdout, status } = await run('fc-lst2csv', ['--format', 'ndjson', '--', ...names], { cwd: top });
  expect(status).toBe(0);
  const records = stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(records.map(({ run, folder, directory }) => ({ run, folder, directory }))).toEqual(
    names.map((name) => ({ run: name, folder: name, directory: join(top, name) })),
  );
});
