/** Disks that are full, read-only or late with their errors: nothing is taken for whole that is not. */
import { cpSync, existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { entriesOf } from '../support/archives.js';
import { lateErrors, makeReadOnly, shrinkingFile, smallDisk, testWithDisk } from '../support/faulty-disk.js';
import { environment, type Outcome, run, shell } from '../support/programs.js';
import { testWith } from '../support/requirements.js';
import { testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

const PARTICLES = 120;

/** Lines of shell whose stdout is the data of one command each. */
const PRODUCERS: [command: string, line: string][] = [
  ['fc-lst2csv', 'fc-lst2csv "$RUN"'],
  ['fc-lst2csv', 'fc-lst2csv "$RUN" --format ndjson'],
  ['fc-decollage', 'fc-decollage --directory "$RUN" < "$CSV"'],
  ['fc-exif', 'fc-exif < "$TAR"'],
  ['fc-exif', 'fc-exif --read < "$TAR"'],
  ['fc-upload', 'fc-upload --bucket bucket --confirm done.txt < "$TAR"'],
];

let inputs: { RUN: string; CSV: string; TAR: string };

beforeAll(async () => {
  const folder = await simulate({ particles: PARTICLES });
  const files = { RUN: folder, CSV: join(folder, '../metadata.csv'), TAR: join(folder, '../vignettes.tar') };
  const made = await shell(
    'fc-lst2csv "$RUN" > "$CSV" && fc-decollage --directory "$RUN" < "$CSV" > "$TAR"',
    {
      env: environment(files),
    },
  );
  expect(made.status).toBe(0);
  inputs = files;
});

/** Runs a line of shell in a folder of its own, with a store that has one bucket. */
async function inFolder(cwd: string) {
  const endpoint = await testEndpoint();
  return (line: string, env: Record<string, string> = {}): Promise<Outcome> =>
    shell(line, { cwd, env: environment({ ...inputs, ...endpoint.env, HOME: cwd, ...env }) });
}

/** The one line in which a command gives up; its notes may stand before it. */
function expectGivenUp({ status, stderr }: Outcome, command: string, words: RegExp): void {
  expect([status, stderr]).toEqual([3, expect.anything()]);
  const last = stderr.trimEnd().split('\n').at(-1)!;
  expect(last).toMatch(words);
  expect(last.startsWith(`${command}: `)).toBe(true);
  expect(stderr).not.toMatch(/\n\s+at /);
}

describe.each(PRODUCERS)('the output of %s (%s)', (command, line) => {
  test('to a disk that has room for a part of its last write only is status 3', async () => {
    const cwd = workdir();
    const shellIn = await inFolder(cwd);
    expect((await shellIn(`${line} > whole`)).status).toBe(0);
    const whole = readFileSync(join(cwd, 'whole')).length;
    rmSync(join(cwd, 'done.txt'), { force: true });
    // Files may grow to whole KiB below the size that is needed: as on a full disk, the last write is taken in part.
    for (const room of [Math.ceil(whole / 1024) - 1, Math.floor(whole / 2048)]) {
      const outcome = await shellIn(`ulimit -f ${room}; ${line} > part`);
      expectGivenUp(outcome, command, /stdout: cannot write: the file is too large for the file system/);
      expect(readFileSync(join(cwd, 'part')).length).toBe(room * 1024);
    }
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
  });

  test('to /dev/full is status 3', async () => {
    const cwd = workdir();
    const shellIn = await inFolder(cwd);
    expectGivenUp(
      await shellIn(`${line} > /dev/full`),
      command,
      /stdout: cannot write: no space left on the device/,
    );
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
  });

  testWith(
    ['gcc'],
    'to a disk that says only when the file is closed that the quota is used up',
    async () => {
      const cwd = workdir();
      const shellIn = await inFolder(cwd);
      const late = await lateErrors('close', join(cwd, 'part'), 'EDQUOT');
      expectGivenUp(
        await shellIn(`${line} > part`, late),
        command,
        /stdout: cannot write: disk quota exceeded/,
      );
    },
  );

  test('is whole and status 0 though nothing can be said on stderr', async () => {
    const cwd = workdir();
    const shellIn = await inFolder(cwd);
    await shellIn(`${line} > whole`);
    for (const silent of ['2> /dev/full', '2> >(exec true)']) {
      const { status } = await shellIn(`${line} > again ${silent}`);
      expect(status).toBe(0);
      if (command !== 'fc-upload')
        expect(readFileSync(join(cwd, 'again')).equals(readFileSync(join(cwd, 'whole')))).toBe(true);
    }
  });
});

describe('a small disk', () => {
  testWithDisk('cuts no target short without a word, wherever it runs full', async () => {
    const whole = readFileSync(inputs.TAR).length;
    const pages = Math.ceil(whole / 4096);
    for (const missing of [1, 3, 64]) {
      const disk = smallDisk((pages - missing) * 4);
      const shellIn = await inFolder(workdir());
      const outcome = await shellIn(`fc-decollage --directory "$RUN" < "$CSV" > "${disk}/vignettes.tar"`);
      expectGivenUp(outcome, 'fc-decollage', /stdout: cannot write: no space left on the device/);
    }
  });

  testWithDisk('leaves whole files only in --output-directory, and once there is room the rest', async () => {
    const disk = smallDisk(256);
    const shellIn = await inFolder(workdir());
    const line = `fc-decollage --directory "$RUN" --output-directory "${disk}/out" < "$CSV"`;
    const outcome = await shellIn(line);
    expectGivenUp(outcome, 'fc-decollage', /\/out\/run_\d+\.(json|tif): cannot write: no space left/);
    const whole = new Map(
      (await entriesOf(readFileSync(inputs.TAR))).map(({ name, bytes }) => [name, bytes] as const),
    );
    const left = readdirSync(join(disk, 'out'));
    expect(left.length).toBeGreaterThan(10);
    for (const name of left) expect(readFileSync(join(disk, 'out', name))).toEqual(whole.get(name));

    await shellIn(`mount -o remount,size=8m "${disk}"`);
    expect((await shellIn(line)).status).toBe(0);
    expect(readdirSync(join(disk, 'out')).sort()).toEqual([...whole.keys()].sort());
  });

  testWithDisk('without room for the confirmation: none is there, also no older one', async () => {
    const disk = smallDisk(12);
    const shellIn = await inFolder(workdir());
    writeFileSync(join(disk, 'done.txt'), 'status: complete\n');
    // A second name keeps the room of the old one when it is removed.
    linkSync(join(disk, 'done.txt'), join(disk, 'older.txt'));
    await shellIn(`cat /dev/zero > "${disk}/filling"`);
    const outcome = await shellIn(`fc-upload --bucket bucket --confirm "${disk}/done.txt" < "$TAR"`);
    expectGivenUp(outcome, 'fc-upload', /done\.txt: cannot write: no space left on the device/);
    expect(readdirSync(disk).sort()).toEqual(['filling', 'older.txt']);
  });

  testWithDisk('that is read-only is refused before anything is sent', async () => {
    const disk = smallDisk(64);
    makeReadOnly(disk);
    const shellIn = await inFolder(workdir());
    const upload = await shellIn(`fc-upload --bucket bucket --confirm "${disk}/done.txt" < "$TAR"`);
    expectGivenUp(upload, 'fc-upload', /done\.txt: cannot write: the file system is read-only/);
    expect(upload.stdout.toString()).toBe('');
    for (const line of [
      `fc-decollage --directory "$RUN" --output-directory "${disk}/out" < "$CSV"`,
      `fc-exif --output-directory "${disk}/out" < "$TAR"`,
    ])
      expectGivenUp(
        await shellIn(line),
        line.split(' ')[0]!,
        /\/out: cannot make this folder: the file system/,
      );
    const made = await run('fc-pipeline', ['run', `RUN=${inputs.RUN}`, `OUT=${disk}/out`]);
    expect([made.status, made.stderr]).toEqual([
      2,
      expect.stringMatching(/cannot make this folder: .*read-only/),
    ]);
  });
});

/** A copy of the run that may be changed. */
async function ownRun(cwd: string): Promise<string> {
  cpSync(await simulate({ particles: PARTICLES, collageSize: 256 }), join(cwd, 'run'), { recursive: true });
  return join(cwd, 'run');
}

describe('a collage that does not stay as it is', () => {
  const line = 'fc-lst2csv run --format ndjson | fc-decollage > v.tar';

  testWith(['gcc'], 'one that shrinks while it is read is refused, and leaves no whole archive', async () => {
    for (const [made, words] of [
      [line, /run_000002\.tif: the collage changed while it was read/],
      [
        'fc-pipeline run RUN=run OUT=out',
        /fc-decollage ended with status 3: .*run_000002\.tif: the collage changed/,
      ],
    ] as const) {
      const cwd = workdir();
      const shellIn = await inFolder(cwd);
      const run = await ownRun(cwd);
      const outcome = await shellIn(made, await shrinkingFile(join(run, 'run_000002.tif')));
      expect(outcome.status).toBe(made === line ? 3 : 2);
      expect(outcome.stderr).toMatch(words);
      expect(existsSync(join(cwd, 'out/run/vignettes.tar'))).toBe(false);
      if (made === line) expect((await shellIn('fc-exif < v.tar > tagged.tar')).status).toBe(3);
    }
  });

  test('one that vanishes while those before it are cut is refused; when it is back, all is made', async () => {
    const cwd = workdir();
    const shellIn = await inFolder(cwd);
    const run = await ownRun(cwd);
    expect((await shellIn(line)).status).toBe(0);
    const whole = readFileSync(join(cwd, 'v.tar'));
    // The folder is looked into when the first record comes, and the last collage opened after the last.
    const last = readdirSync(run)
      .filter((name) => /^run_\d+\.tif$/.test(name))
      .sort()
      .at(-1)!;
    const vanishing = `fc-lst2csv run --format ndjson | { IFS= read -r one; printf '%s\\n' "$one"; sleep 0.5; mv run/${last} away; cat; } | fc-decollage > v.tar`;
    const outcome = await shellIn(vanishing);
    expectGivenUp(outcome, 'fc-decollage', new RegExp(`${last}: .*no such (file|collage)`));
    expect((await shellIn('fc-exif < v.tar > tagged.tar')).status).toBe(3);
    await shellIn(`mv away run/${last}`);
    expect((await shellIn(line)).status).toBe(0);
    expect(readFileSync(join(cwd, 'v.tar')).equals(whole)).toBe(true);
  });
});

testWith(['gcc'], 'a confirmation that the disk cannot keep is not there', async () => {
  for (const call of ['fsync', 'close'] as const) {
    const cwd = workdir();
    const shellIn = await inFolder(cwd);
    const late = await lateErrors(call, `${cwd}/.fc-`, 'EIO');
    const outcome = await shellIn('fc-upload --bucket bucket --confirm done.txt < "$TAR" > receipts', late);
    expectGivenUp(outcome, 'fc-upload', /done\.txt: cannot write: input\/output error/);
    expect(readdirSync(cwd)).toEqual(['receipts']);
  }
});

testWith(['gcc'], 'files of --output-directory that the disk cannot keep are not there', async () => {
  const cwd = workdir();
  const shellIn = await inFolder(cwd);
  const late = await lateErrors('close', `${cwd}/out/.fc-`, 'EDQUOT');
  const outcome = await shellIn('fc-exif --output-directory out < "$TAR"', late);
  expectGivenUp(outcome, 'fc-exif', /out\/run_\d+\.(json|tif): cannot write: disk quota exceeded/);
  expect(readdirSync(join(cwd, 'out'))).toEqual([]);
});

testWith(['gcc'], 'a target of make that the disk cannot keep is not there', async () => {
  const cwd = workdir();
  const shellIn = await inFolder(cwd);
  const late = await lateErrors('fsync', 'vignettes.tar', 'EIO');
  const { status, stderr } = await shellIn('fc-pipeline run RUN="$RUN" OUT=out', late);
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/vignettes\.tar: cannot write: input\/output error/),
  ]);
  expect(readdirSync(join(cwd, 'out/run')).sort()).toEqual(['.pipeline', 'inputs.json', 'metadata.csv']);
  expect((await shellIn('fc-pipeline run RUN="$RUN" OUT=out')).status).toBe(0);
});
