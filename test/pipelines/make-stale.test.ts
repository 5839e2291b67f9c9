/** Whether a target is up to date is told by content, not by clocks. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pipeline, read, visibleFiles } from '../support/pipeline.js';
import { testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

const DECADE = 10 * 365 * 86_400;

const ALL = ['metadata.csv', 'vignettes.tar', 's3_upload_complete.txt'];
const FROM_VIGNETTES = ALL.slice(1);
/** Without BUCKET. */
const VIGNETTES = ['vignettes.tar'];

/** A run of its own that is made and, unless told otherwise, stored; and what to do with it. */
async function madeRun(upload = ['BUCKET=bucket']) {
  const endpoint = await testEndpoint({ buckets: ['bucket', 'other'] });
  const cwd = workdir();
  const run = join(cwd, 'raw', 'run');
  cpSync(await simulate({ particles: 60, collageSize: 256 }), run, {
    recursive: true,
    preserveTimestamps: true,
  });
  const out = join(cwd, 'out');
  const make = (...settings: string[]) =>
    pipeline(['run', `RUN=${run}`, 'OUT=out', ...upload, ...settings], { cwd, env: endpoint.env });
  /** Makes, and tells which targets were made again. */
  const remade = async (...settings: string[]) => {
    const before = visibleFiles(out);
    const { status, stderr } = await make(...settings);
    expect([status, stderr]).toEqual([0, expect.anything()]);
    const after = visibleFiles(out);
    return ALL.filter((target) => before[target] !== after[target]);
  };
  expect((await make()).status).toBe(0);
  expect(await remade()).toEqual([]);
  return { cwd, run, out, make, remade, endpoint };
}

test('times in the future and in the past make nothing again, on targets and inputs.json', async () => {
  const { out, remade } = await madeRun();
  const now = Date.now() / 1000;
  for (const [file, time] of [
    ['inputs.json', now + DECADE],
    ['metadata.csv', now - DECADE],
    ['vignettes.tar', now - 2 * DECADE],
    ['s3_upload_complete.txt', 0],
    ['metadata.csv', now + DECADE],
  ] as const) {
    utimesSync(join(out, 'run', file), time, time);
    expect(await remade()).toEqual([]);
  }
});

test('a collage with another time is cut again, once, whether the time is in the future or in the past', async () => {
  const { run, remade } = await madeRun();
  for (const shift of [DECADE, -DECADE]) {
    const time = Date.now() / 1000 + shift;
    utimesSync(join(run, 'run_000002.tif'), time, time);
    expect(await remade()).toEqual(FROM_VIGNETTES);
    expect(await remade()).toEqual([]);
  }
});

test('an older file copied over is a change', async () => {
  const { run, remade, cwd } = await madeRun([]);
  const list = join(run, 'run.lst');
  const old = join(cwd, 'old.lst');
  writeFileSync(old, `${readFileSync(list, 'utf8').trimEnd().split('\n').slice(0, -1).join('\n')}\n`);
  utimesSync(old, 1000, 1000);
  cpSync(old, list, { preserveTimestamps: true });
  expect(await remade()).toEqual(['metadata.csv', 'vignettes.tar']);
  expect(await remade()).toEqual([]);
});

test('a collage more, a collage less', async () => {
  const { run, out, make, remade } = await madeRun([]);
  cpSync(join(run, 'run_000001.tif'), join(run, 'run_000999.tif'));
  expect(await remade()).toEqual(VIGNETTES);
  rmSync(join(run, 'run_000999.tif'));
  expect(await remade()).toEqual(VIGNETTES);
  const bytes = readFileSync(join(out, 'run/vignettes.tar'));

  renameSync(join(run, 'run_000001.tif'), join(run, 'kept'));
  const { status, stderr } = await make();
  expect(status).toBe(2);
  expect(stderr).toContain('run_000001.tif is gone');
  expect(existsSync(join(out, 'run/vignettes.tar'))).toBe(false);
  renameSync(join(run, 'kept'), join(run, 'run_000001.tif'));
  expect((await make()).status).toBe(0);
  expect(readFileSync(join(out, 'run/vignettes.tar')).equals(bytes)).toBe(true);
});

test('another setting makes what depends on it, and says why', async () => {
  const { remade, make, endpoint } = await madeRun();
  expect(await remade('BUCKET=other')).toEqual(['s3_upload_complete.txt']);
  expect(await remade('BUCKET=other')).toEqual([]);
  expect(await remade('BUCKET=other', 'PREFIX=x')).toEqual(['s3_upload_complete.txt']);
  const { stderr } = await make('BUCKET=other', 'PREFIX=x', 'EXIF_OPTIONS=--depth 5');
  expect(stderr).toContain('vignettes.tar is to be made again (other settings for vignettes.tar)');
  expect(await remade('BUCKET=other', 'PREFIX=x', 'EXIF_OPTIONS=--depth 5')).toEqual([]);
  expect(await remade('BUCKET=other', 'PREFIX=x', 'EXIF_OPTIONS=--depth 6')).toEqual(FROM_VIGNETTES);
  expect(await remade('RUN_NAME=run', 'EXIF_OPTIONS=--depth 6')).toEqual(['s3_upload_complete.txt']);
  expect(endpoint.requests.length).toBeGreaterThan(0);
});

test('another endpoint is another upload, wherever it is set', async () => {
  const { cwd, run, out, remade } = await madeRun();
  const second = await testEndpoint();
  const env = second.env;
  writeFileSync(
    join(cwd, 'second.env'),
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
    { mode: 0o600 },
  );
  const before = visibleFiles(out);
  const { status } = await pipeline(
    ['run', `RUN=${run}`, 'OUT=out', 'BUCKET=bucket', 'ENV_FILE=second.env'],
    {
      cwd,
    },
  );
  expect(status).toBe(0);
  const after = visibleFiles(out);
  expect(after['vignettes.tar']).toBe(before['vignettes.tar']);
  expect(after['s3_upload_complete.txt']).not.toBe(before['s3_upload_complete.txt']);
  expect(second.requests.length).toBeGreaterThan(0);
  expect(read(out, 'run/inputs.json')).not.toContain(env.AWS_SECRET_ACCESS_KEY);
  expect(await remade()).toEqual(['s3_upload_complete.txt']);
});

test("the table of positions: a run's own row counts, other rows do not", async () => {
  const { cwd, remade } = await madeRun([]);
  const table = join(cwd, 'stations.csv');
  writeFileSync(table, 'run,lat,lon,date\nrun,54.1,-2.7,2023-05-04\n');
  const setting = `METADATA=${table}`;
  expect(await remade(setting)).toEqual(VIGNETTES);
  expect(await remade(setting)).toEqual([]);
  appendFileSync(table, 'another,10,20,2023-05-05\n');
  expect(await remade(setting)).toEqual([]);
  writeFileSync(table, 'run,lat,lon,date\nrun,54.2,-2.7,2023-05-04\n');
  expect(await remade(setting)).toEqual(VIGNETTES);
});

test('a target that is gone, damaged, or of an older day is made again with all that follows', async () => {
  const { out, remade } = await madeRun();
  const tar = join(out, 'run/vignettes.tar');
  const bytes = readFileSync(tar);
  rmSync(tar);
  expect(await remade()).toEqual(FROM_VIGNETTES);
  writeFileSync(tar, bytes.subarray(0, bytes.length / 2));
  expect(await remade()).toEqual(FROM_VIGNETTES);
  const flipped = Buffer.from(bytes);
  flipped[bytes.length >> 1]! ^= 1;
  writeFileSync(tar, flipped);
  expect(await remade()).toEqual(FROM_VIGNETTES);
  writeFileSync(join(out, 'run/metadata.csv'), 'run,index\n');
  expect(await remade()).toEqual(ALL);
  rmSync(join(out, 'run/s3_upload_complete.txt'));
  expect(await remade()).toEqual(['s3_upload_complete.txt']);
  expect(readFileSync(tar).equals(bytes)).toBe(true);
});

test('copied or moved outputs are still up to date, and so is a run that was moved', async () => {
  const { cwd, out, run, remade } = await madeRun();
  // As cp without -p leaves them: with other times.
  cpSync(out, join(cwd, 'copy'), { recursive: true });
  rmSync(out, { recursive: true });
  renameSync(join(cwd, 'copy'), out);
  expect(await remade()).toEqual([]);
  renameSync(join(cwd, 'raw'), join(cwd, 'archive'));
  const before = visibleFiles(out);
  const moved = run.replace('/raw/', '/archive/');
  const { status } = await pipeline(['run', `RUN=${moved}`, 'OUT=out'], { cwd });
  expect(status).toBe(0);
  expect(visibleFiles(out)['vignettes.tar']).toBe(before['vignettes.tar']);
});

test('inputs.json names files, sizes, times and settings, and is left alone while nothing changes', async () => {
  const { out, remade, run } = await madeRun();
  const inputs = JSON.parse(read(out, 'run/inputs.json'));
  expect(inputs).toMatchObject({ run: 'run', directory: run, list: 'run.lst' });
  expect(inputs.files.map(({ name }: { name: string }) => name)).toContain('run_000001.tif');
  expect(inputs.settings['s3_upload_complete.txt'].bucket).toBe('bucket');
  const before = visibleFiles(out)['inputs.json'];
  await remade();
  expect(visibleFiles(out)['inputs.json']).toBe(before);
});
