/** fc-decollage between other people's programs. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readTar } from '../../src/streams/tar-reader.js';
import { entriesOf, namesOf } from '../support/archives.js';
import { collectAll, inChunks } from '../support/chunks.js';
import { hasCommonOptions, refusesBadLines } from '../support/command-lines.js';
import { environment, shell } from '../support/programs.js';
import { expectRefusal, refusalOf } from '../support/refusals.js';
import { testWith } from '../support/requirements.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

let folder: string;
let whole: Buffer;
beforeAll(async () => {
  folder = await simulate({ name: "Mere's run", particles: 90, collageSize: 256 });
  whole = (await inShell('fc-lst2csv "$RUN" --format ndjson | fc-decollage')).stdout;
});

/** Runs a line of bash with RUN set. */
const inShell = (line: string, cwd?: string) =>
  shell(line, { env: environment({ RUN: folder }), ...(cwd && { cwd }) });
const makeFiles =
  'fc-lst2csv --quiet "$RUN" --format ndjson > records.ndjson; fc-lst2csv --quiet "$RUN" > metadata.csv; ';

describe('the options', () => {
  hasCommonOptions('fc-decollage');
  refusesBadLines('fc-decollage', [
    ['--format gif', /--format must be one of tif, png, jpeg, jpg, not "gif"/],
    ['--compression lzma', /--compression must be one of none, deflate, lzw/],
    ['--format png --compression lzw', /--compression is for --format tif/],
    ['--quality 50', /--quality is for --format jpeg/],
    ['--format jpeg --quality 0', /--quality must be from 1 to 100, not 0/],
    ['--format jpeg --quality 9.5', /--quality must be a whole number/],
    ['--name "{run"', /the name template "\{run" has a stray \{/],
    ['--name "{}"', /stray/],
    ['--name a --experiment-name b', /--name and --experiment-name say the same/],
    ['--expect -1', /expect/],
    ['--expect many', /--expect must be a whole number, not "many"/],
    ['--jobs 0', /--jobs must be from 1 to 256/],
    ['--grey --grey', /--grey is given twice/],
    ['records.ndjson', /records come on stdin, not as "records\.ndjson"/],
    ['--output-directory ""', /--output-directory needs a value/],
  ]);

  testWith(['script'], 'a terminal is no place for an archive', async () => {
    const { stdout } = await inShell(
      `fc-lst2csv --quiet "$RUN" > m.csv; script -qec 'fc-decollage --directory "$RUN" < m.csv; echo status $?' /dev/null`,
      workdir(),
    );
    expect(stdout.toString()).toMatch(
      /^fc-decollage: a tar archive would go to the terminal \(.*\)\r\nstatus 2\r\n$/,
    );
  });

  test('FC_JOBS that is no number is refused', async () => {
    const outcome = await shell('fc-decollage < /dev/null', { env: environment({ FC_JOBS: 'many' }) });
    expectRefusal(outcome, 2, /FC_JOBS must be a whole number, not "many"/);
  });
});

describe('filters in front', () => {
  testWith(
    ['jq', 'mlr'],
    'jq on NDJSON and mlr on CSV leave the same particles, and the tars are the same',
    async () => {
      const cwd = workdir();
      const { stdout, status } = await inShell(
        `fc-lst2csv "$RUN" --format ndjson | jq -c 'select(.abd_diameter > 3)' | fc-decollage > jq.tar &&
       fc-lst2csv "$RUN" | mlr --icsv --ocsv filter '$abd_diameter > 3' | fc-decollage --directory "$RUN" > mlr.tar &&
       cmp jq.tar mlr.tar && tar tf jq.tar | wc -l`,
        cwd,
      );
      expect(status).toBe(0);
      const files = Number(stdout.toString());
      expect(files).toBeGreaterThan(4);
      expect(files).toBeLessThan((await namesOf(whole)).length);
    },
  );

  testWith(
    ['mlr'],
    'mlr makes NDJSON of CSV, and the tar is the same but for what only the run knows',
    async () => {
      const { stdout } = await inShell(
        'fc-lst2csv "$RUN" | mlr --icsv --ojsonl cat | fc-decollage --directory "$RUN"',
      );
      const images = async (tar: Buffer) =>
        (await entriesOf(tar)).filter(({ name }) => name.endsWith('.tif'));
      expect(await images(stdout)).toEqual(await images(whole));
    },
  );

  testWith(['sort'], 'sort -R: every vignette is the same, in the order of the records', async () => {
    const { stdout, stderr } = await inShell(
      'fc-lst2csv "$RUN" --format ndjson --quiet | sort -R | tee records | fc-decollage; jq -r .index < records >&2',
      workdir(),
    );
    const order = stderr
      .trimEnd()
      .split('\n')
      .filter((line) => /^\d+$/.test(line));
    expect(order).toHaveLength(90);
    expect((await namesOf(stdout)).filter((name) => name.endsWith('.tif'))).toEqual(
      order.map((index) => `Mere's run_${index}.tif`),
    );
    const byName = async (tar: Buffer) =>
      new Map((await entriesOf(tar)).map(({ name, bytes }) => [name, bytes.toString('hex')]));
    expect(await byName(stdout)).toEqual(await byName(whole));
  });

  test('head: the first ones, from NDJSON and CSV alike', async () => {
    const { stdout } = await inShell('fc-lst2csv "$RUN" --format ndjson | head -5 | fc-decollage');
    expect(await entriesOf(stdout)).toEqual((await entriesOf(whole)).slice(0, 10));
    const byCsv = await inShell('fc-lst2csv "$RUN" | head -6 | fc-decollage --directory "$RUN"');
    expect(byCsv.stdout.equals(stdout)).toBe(true);
  });

  test('tee: what passes by is whole', async () => {
    const cwd = workdir();
    const { stdout, status } = await inShell(
      `${makeFiles} fc-lst2csv "$RUN" --format ndjson | tee copy.ndjson | fc-decollage | tee copy.tar`,
      cwd,
    );
    expect(status).toBe(0);
    expect(stdout.equals(whole)).toBe(true);
    expect(readFileSync(join(cwd, 'copy.tar')).equals(whole)).toBe(true);
    expect(readFileSync(join(cwd, 'copy.ndjson'))).toEqual(readFileSync(join(cwd, 'records.ndjson')));
  });

  test('split -l: pieces of NDJSON and CSV, with and without header, together are the whole', async () => {
    const cwd = workdir();
    const { status, stderr } = await inShell(
      `${makeFiles} split -l 37 records.ndjson n.; split -l 37 metadata.csv c.
       for piece in n.*; do fc-decollage < $piece > $piece.tar; done
       for piece in c.*; do fc-decollage --directory "$RUN" < $piece > $piece.tar; done`,
      cwd,
    );
    expect(status).toBe(0);
    expect(stderr.match(/stdin: no header; taken for a piece of the table/g)).toHaveLength(2);
    for (const kind of ['n.', 'c.']) {
      const pieces = readdirSync(cwd)
        .filter((name) => name.startsWith(kind) && name.endsWith('.tar'))
        .sort();
      expect(pieces).toHaveLength(3);
      const entries = await Promise.all(pieces.map((name) => entriesOf(readFileSync(join(cwd, name)))));
      expect(entries.flat()).toEqual(await entriesOf(whole));
    }
  });

  test('a piece of CSV without header, of nobody knows which run, is refused', async () => {
    const outcome = await inShell('fc-lst2csv --quiet "$RUN" | tail -5 | fc-decollage');
    expectRefusal(outcome, 3, /stdin:1: the table has no column run/);
  });
});

describe('tar behind', () => {
  testWith(['tar'], 'tar t lists what is there; tar x unpacks what --output-directory writes', async () => {
    const cwd = workdir();
    mkdirSync(join(cwd, 'unpacked'));
    const { stdout, stderr, status } = await inShell(
      `fc-lst2csv --quiet "$RUN" --format ndjson | tee >(fc-decollage --quiet --output-directory written) | fc-decollage --quiet > v.tar
       tar tf v.tar; tar xf v.tar -C unpacked; for i in $(seq 100); do [ "$(ls written | wc -l)" = 180 ] && break; sleep 0.1; done; diff -r unpacked written`,
      cwd,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.toString().trimEnd().split('\n')).toEqual(await namesOf(whole));
  });

  testWith(['split', 'cat'], 'split -b and cat: the same bytes', async () => {
    const cwd = workdir();
    const { stdout } = await inShell(
      `fc-lst2csv "$RUN" --format ndjson | fc-decollage | split -b 10000 - p.; cat p.*`,
      cwd,
    );
    expect(stdout.equals(whole)).toBe(true);
  });

  test('a reader that leaves is no error, for any step', async () => {
    const { stdout, stderr } = await inShell(
      `fc-lst2csv --quiet "$RUN" --format ndjson | fc-decollage --quiet | head -c 1000 | wc -c; echo "\${PIPESTATUS[@]}"`,
    );
    expect(stdout.toString()).toBe('1000\n0 0 0 0\n');
    expect(stderr).toBe('');
  });

  test('a full disk is an error that says so', async () => {
    const outcome = await inShell('fc-lst2csv --quiet "$RUN" --format ndjson | fc-decollage > /dev/full');
    expectRefusal(outcome, 3, /stdout: cannot write: no space left on the device/);
  });
});

describe('a step that fails leaves no archive that looks whole', () => {
  test('cut records, and records of a step that failed, are refused, and the tar has no end', async () => {
    const cwd = workdir();
    await inShell(makeFiles, cwd);
    const records = readFileSync(join(cwd, 'records.ndjson'));
    const cut = await shell('fc-decollage', { input: records.subarray(0, -20) });
    expectRefusal(cut, 3, /stdin:90: the text ends inside this line/);
    const error = await refusalOf(() => collectAll(readTar(inChunks(cut.stdout))));
    expect(error.message).toMatch(/cut short|nothing came in/);
    const failed = await inShell(
      `{ head -3 records.ndjson; fc-lst2csv --quiet --format ndjson /nowhere 2>/dev/null; } | fc-decollage`,
      cwd,
    );
    expectRefusal(failed, 3, /stdin:4: the step before failed: \/nowhere: no such file or folder/);
  });

  test('nothing at all is refused, unless it is right', async () => {
    expectRefusal(
      await shell('fc-decollage < /dev/null'),
      3,
      /stdin: no records came in \(look at the step before, or use --allow-empty\)/,
    );
    const { stdout, status } = await shell('fc-decollage --allow-empty --quiet < /dev/null');
    expect(status).toBe(0);
    expect(stdout).toEqual(Buffer.alloc(1024));
  });

  test('--expect refuses another number before the archive ends', async () => {
    const outcome = await inShell('fc-lst2csv --quiet "$RUN" --format ndjson | fc-decollage --expect 91');
    expectRefusal(outcome, 3, /90 vignettes where --expect says 91/);
    expect(
      (await inShell('fc-lst2csv "$RUN" --format ndjson | fc-decollage --expect 90')).stdout.equals(whole),
    ).toBe(true);
  });
});
