/** `make run`: one run, from its folder to file targets and stored objects. */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { objectStoreApi } from '../support/object-store-api.js';
import { pipeline, read, targetFolders, visibleFiles } from '../support/pipeline.js';
import { root, shell } from '../support/programs.js';
import { testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

const NAME = 'Mere_54.3500_-2.9400_04052023_1';
const simulated = () => simulate({ name: NAME, particles: 40 });

test('the targets are what the commands give, in a folder called after the run', async () => {
  const [run, cwd] = [await simulated(), workdir()];
  const { status, stderr } = await pipeline(['run', `RUN=${run}`, 'OUT=out'], { cwd });
  expect(stderr).toContain('vignettes.tar is done');
  expect(status).toBe(0);
  const [folder] = targetFolders(join(cwd, 'out'));
  expect(basename(folder!)).toMatch(/^Mere_54-3500_-2-9400_04052023_1-[0-9a-f]{8}$/);
  const table = await shell(`fc-lst2csv '${run}'`);
  expect(read(folder!, 'metadata.csv')).toBe(table.stdout.toString());
  const { status: same } = await shell(
    `fc-decollage --directory '${run}' < metadata.csv | fc-exif | cmp - vignettes.tar`,
    { cwd: folder! },
  );
  expect(same).toBe(0);
});

test('a run whose name is safe gives its folder that very name', async () => {
  const [run, cwd] = [await simulate({ name: 'Tank_25-a', particles: 5 }), workdir()];
  await pipeline(['run', `RUN=${run}`, 'OUT=out'], { cwd });
  expect(readdirSync(join(cwd, 'out'))).toEqual(['Tank_25-a']);
});

test('without BUCKET it ends at vignettes.tar, with BUCKET at s3_upload_complete.txt', async () => {
  const [run, cwd, endpoint] = [await simulated(), workdir(), await testEndpoint()];
  await pipeline(['run', `RUN=${run}`, 'OUT=out'], { cwd });
  const made = Object.keys(visibleFiles(join(cwd, 'out')));
  expect(made.sort()).toEqual(['inputs.json', 'metadata.csv', 'vignettes.tar']);

  const upload = ['run', `RUN=${run}`, 'OUT=out', 'BUCKET=bucket', 'PREFIX=lakes'];
  const { status } = await pipeline(upload, { cwd, env: endpoint.env });
  expect(status).toBe(0);
  const [folder] = targetFolders(join(cwd, 'out'));
  expect(read(folder!, 's3_upload_complete.txt')).toContain('bucket');
  const receipts = read(folder!, 'receipts.ndjson').trimEnd().split('\n');
  const { Contents } = await endpoint.client.send(new ListObjectsV2Command({ Bucket: 'bucket' }));
  const keys = Contents!.map(({ Key }) => Key);
  const names = [...Array(40).keys()].map((index) => `lakes/${NAME}_${index}.tif`);
  expect(keys.sort()).toEqual(names.sort());
  expect(receipts.map((line) => JSON.parse(line).key).sort()).toEqual(names);
});

test('with API_URL the object store API gets the vignettes, and its lies are no confirmation', async () => {
  const [run, cwd, honest] = [await simulate({ particles: 5 }), workdir(), await objectStoreApi()];
  const lying = await objectStoreApi({ stores: (name) => name !== 'run_3.tif' });
  const make = (url: string) =>
    pipeline(['run', `RUN=${run}`, 'OUT=out', 'BUCKET=bucket', `API_URL=${url}`], { cwd });
  const lied = await make(lying.url);
  expect([lied.status, lied.stderr]).toEqual([
    2,
    expect.stringMatching(/fc-upload ended with status 4.*run_3/),
  ]);
  expect(existsSync(join(cwd, 'out/run/s3_upload_complete.txt'))).toBe(false);
  expect(read(cwd, 'out/run/receipts.ndjson')).toMatch(/run_3\.tif.*"failed"/);
  expect((await make(honest.url)).status).toBe(0);
  expect(read(cwd, 'out/run/s3_upload_complete.txt')).toContain(honest.url);
  expect([...honest.objects.keys()].sort()).toEqual([0, 1, 2, 3, 4].map((index) => `/run_${index}.tif`));
});

test('a second make does nothing', async () => {
  const [run, cwd, endpoint] = [await simulated(), workdir(), await testEndpoint()];
  const args = ['run', `RUN=${run}`, 'OUT=out', 'BUCKET=bucket'];
  await pipeline(args, { cwd, env: endpoint.env });
  const [before, requests] = [visibleFiles(join(cwd, 'out')), endpoint.requests.length];
  const { status, stderr, stdout } = await pipeline(args, { cwd, env: endpoint.env });
  expect(status).toBe(0);
  expect(stderr).toMatch(/^fc-pipeline: .* is up to date\n$/);
  expect(stdout.toString()).toBe('');
  expect(visibleFiles(join(cwd, 'out'))).toEqual(before);
  expect(endpoint.requests.length).toBe(requests);
});

test('make -n and -q look and change nothing; -B makes all again', async () => {
  const [run, cwd] = [await simulated(), workdir()];
  const args = ['run', `RUN=${run}`, 'OUT=out'];
  for (const flag of ['-n', '-q']) {
    const { stderr } = await pipeline([flag, ...args], { cwd });
    expect(stderr).toContain('would make');
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  }
  await pipeline(args, { cwd });
  const before = visibleFiles(join(cwd, 'out'));
  expect((await pipeline(['-B', ...args], { cwd })).status).toBe(0);
  const after = visibleFiles(join(cwd, 'out'));
  expect(after['metadata.csv']).not.toBe(before['metadata.csv']);
  expect(after['vignettes.tar']).not.toBe(before['vignettes.tar']);
});

test('make -s says nothing but what went wrong', async () => {
  const [run, cwd] = [await simulate({ particles: 5 }), workdir()];
  const well = await pipeline(['-s', 'run', `RUN=${run}`, 'OUT=out'], { cwd });
  expect([well.status, well.stderr, well.stdout.toString()]).toEqual([0, '', '']);
  const ill = await pipeline(['-s', 'run', `RUN=${run}`, 'OUT=out', 'EXIF_OPTIONS=--lat abc'], { cwd });
  expect(ill.stderr.split('\n')[0]).toMatch(/^fc-pipeline: vignettes\.tar is not made: fc-exif .*--lat/);
});

test('nothing is written beside raw data', async () => {
  const [run, cwd] = [join(workdir(), 'run'), workdir()];
  cpSync(await simulated(), run, { recursive: true });
  const before = readdirSync(run);
  await pipeline(['run', `RUN=${run}`, 'OUT=out'], { cwd });
  expect(readdirSync(run)).toEqual(before);
  for (const out of [run, join(run, 'out'), join(run, 'deep', 'out')]) {
    const { status, stderr } = await pipeline(['run', `RUN=${run}`, `OUT=${out}`], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain("OUT lies in the run's own folder");
  }
  expect(readdirSync(run)).toEqual(before);
});

test('a folder with several lists: the error shows the line to type, and that line works', async () => {
  const [run, cwd] = [join(workdir(), 'a run'), workdir()];
  cpSync(await simulate({ particles: 5 }), run, { recursive: true });
  cpSync(join(run, 'run.lst'), join(run, 'other.lst'));
  const { status, stderr } = await pipeline(['run', `RUN=${run}`, 'OUT=out'], { cwd });
  expect(status).toBe(2);
  const line = /say which: (make run .*?)\)\n/.exec(stderr)![1]!;
  expect(line).toContain(`RUN='${run}/other.lst'`);
  const again = await shell(line.replace(/^make/, `make -f '${root}pipeline.mk'`), { cwd });
  expect(again.status).toBe(0);
});

test('two runs with one name do not overwrite each other; RUN_NAME is the way out', async () => {
  const [one, two, cwd] = [join(workdir(), 'run'), join(workdir(), 'run'), workdir()];
  for (const copy of [one, two]) cpSync(await simulate({ particles: 5 }), copy, { recursive: true });
  await pipeline(['run', `RUN=${one}`, 'OUT=out'], { cwd });
  const before = visibleFiles(join(cwd, 'out'));
  const { status, stderr } = await pipeline(['run', `RUN=${two}`, 'OUT=out'], { cwd });
  expect(status).toBe(2);
  expect(stderr).toContain(`this run is called run, and so is ${one}/run.lst`);
  expect(visibleFiles(join(cwd, 'out'))).toEqual(before);
  const named = await pipeline(['run', `RUN=${two}`, 'OUT=out', 'RUN_NAME=run-b'], { cwd });
  expect(named.status).toBe(0);
  expect(read(cwd, 'out/run-b/metadata.csv').split('\n')[1]).toMatch(/^run-b,0,/);
});

test('a single file target can be asked for once the run is known', async () => {
  const [run, cwd] = [await simulate({ particles: 5 }), workdir()];
  const early = await pipeline(['out/run/metadata.csv'], { cwd });
  expect(early.status).toBe(2);
  expect(early.stderr).toContain('begin with make run RUN=… OUT=…');
  await pipeline(['run', `RUN=${run}`, 'OUT=out'], { cwd });
  writeFileSync(join(cwd, 'out/run/vignettes.tar'), 'not an archive');
  expect((await pipeline(['out/run/vignettes.tar'], { cwd })).status).toBe(0);
  expect(statSync(join(cwd, 'out/run/vignettes.tar')).size).toBeGreaterThan(10_000);
});

test('settings that cannot be are refused with status 2, before anything is written', async () => {
  const [run, cwd] = [await simulate({ particles: 5 }), workdir()];
  mkdirSync(join(cwd, 'runs'));
  const refused: [string[], string][] = [
    [['run', 'OUT=out'], 'RUN is not set'],
    [['run', `RUN=${run}`], 'OUT is not set'],
    [['all', 'OUT=out'], 'RUNS is not set'],
    [['all', `RUNS=${run}`, 'OUT=out', 'RUN_NAME=x'], 'RUN_NAME names one run'],
    [['run', `RUN=${run}`, 'OUT=out', 'ON_ERROR=go'], 'ON_ERROR must be stop or skip, not "go"'],
    [['run', `RUN=${run}`, 'OUT=out', 'PREFIX=x'], 'PREFIX is for an upload, and there is no BUCKET'],
    [['run', `RUN=${run}`, 'OUT=out', "EXIF_OPTIONS='a"], "EXIF_OPTIONS has a ' that is never closed"],
    [['run', `RUN=${run}`, 'OUT=out', 'BUCKT=x'], 'there is no setting BUCKT'],
    [['run', `RUN=${run}`, 'OUT=out', 'BUCKET='], 'BUCKET is empty'],
    [[`RUN=${run}`, 'OUT=out'], 'say what to make: run (RUN=…) or all (RUNS=…)'],
    [['run', `RUN=${cwd}/gone`, 'OUT=out'], 'no such file or folder'],
    [['all', 'RUNS=runs', 'OUT=out'], 'there is no list (.lst or .flb) below this folder'],
  ];
  for (const [args, words] of refused) {
    const { status, stderr } = await pipeline(args, { cwd });
    expect([status, stderr]).toEqual([2, expect.stringContaining(words)]);
  }
  expect(readdirSync(cwd)).toEqual(['runs']);
});

test('a wrong option of a command stops the run where it is used, and says so', async () => {
  const [run, cwd] = [await simulate({ particles: 5 }), workdir()];
  const args = ['run', `RUN=${run}`, 'OUT=out', 'EXIF_OPTIONS=--lat abc'];
  const { status, stderr } = await pipeline(args, { cwd });
  expect(status).toBe(2);
  expect(stderr).toContain('vignettes.tar is not made: fc-exif ended with status 2: fc-exif: --lat');
  expect(Object.keys(visibleFiles(join(cwd, 'out'))).sort()).toEqual(['inputs.json', 'metadata.csv']);
});

test('options go to the commands in words, as a shell would split them, and nothing in them is expanded', async () => {
  const [run, cwd] = [await simulate({ particles: 3 }), workdir()];
  const options = `EXIF_OPTIONS=--make "A; touch X" --model '$(touch Y)'`;
  const { status } = await pipeline(['run', `RUN=${run}`, 'OUT=out', options], { cwd });
  expect(status).toBe(0);
  const tags = await shell('fc-exif --read < out/run/vignettes.tar', { cwd });
  const [first] = tags.stdout.toString().split('\n');
  expect(JSON.parse(first!)).toMatchObject({ Make: 'A; touch X', Model: '$(touch Y)' });
  expect(readdirSync(cwd)).toEqual(['out']);
});
