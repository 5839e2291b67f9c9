/** Killed makes, two makes at once, locks, disks that are full: nothing half made ever looks finished. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { killDuring, lifetimes, processesBelow, randomKills, testOnLinux } from '../support/kills.js';
import { times } from '../support/long-part.js';
import { pipeline, read, visibleFiles } from '../support/pipeline.js';
import { environment, shell } from '../support/programs.js';
import { testWith } from '../support/requirements.js';
import { testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

const PARTICLES = 120;

/** Targets that are the same to the last byte, however often they are made. */
const WHOLE = ['metadata.csv', 'vignettes.tar'];

/** What a whole make gives, to compare with. */
async function wholeMake(run: string) {
  const [cwd, endpoint] = [workdir(), await testEndpoint()];
  const args = ['run', `RUN=${run}`, 'OUT=out', 'BUCKET=bucket'];
  const { status } = await pipeline(args, { cwd, env: endpoint.env });
  expect(status).toBe(0);
  const whole = (target: string) => readFileSync(join(cwd, 'out/run', target));
  return { 'metadata.csv': whole('metadata.csv'), 'vignettes.tar': whole('vignettes.tar') };
}

type Endpoint = Awaited<ReturnType<typeof testEndpoint>>;

async function storedKeys({ client }: Endpoint, bucket = 'bucket', prefix = ''): Promise<string[]> {
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return (Contents ?? []).map(({ Key }) => Key!).sort();
}

const allKeys = [...Array(PARTICLES).keys()].map((index) => `run_${index}.tif`).sort();

describe('a make of which any process is killed', () => {
  const line = 'fc-pipeline run RUN="$RUN" OUT=out BUCKET=bucket';
  let made: Promise<{ RUN: string; whole: Record<string, Buffer>; lives: Map<string, number> }> | undefined;
  const undisturbed = async () => {
    const RUN = await simulate({ particles: PARTICLES, collageSize: 256 });
    const [cwd, endpoint] = [workdir(), await testEndpoint()];
    const lives = await lifetimes({ line, cwd, env: environment({ RUN, ...endpoint.env }) }, ['any']);
    const whole = (target: string) => readFileSync(join(cwd, 'out/run', target));
    return { RUN, lives, whole: Object.fromEntries(WHOLE.map((target) => [target, whole(target)])) };
  };

  testOnLinux.each(randomKills(times(6, 60), ['any']))('%s', async (_, kill) => {
    made ??= undisturbed();
    const { RUN, whole, lives } = await made;
    const [cwd, endpoint] = [workdir(), await testEndpoint()];
    const env = environment({ RUN, FC_LOCK_WAIT: '2', ...endpoint.env });
    const { status } = await killDuring({ line, cwd, env }, kill, lives);
    // What was started and has lost its make may still be at work; it must do no harm.
    const confirmed = existsSync(join(cwd, 'out/run/s3_upload_complete.txt'));
    if (status === 0) expect(confirmed).toBe(true);
    if (confirmed) expect(await storedKeys(endpoint)).toEqual(allKeys);
    const checkTargets = (isDue: boolean) => {
      for (const target of WHOLE) {
        const path = join(cwd, 'out/run', target);
        if (isDue || existsSync(path)) expect(readFileSync(path).equals(whole[target]!)).toBe(true);
      }
    };
    checkTargets(false);

    const again = await shell(line, { cwd, env });
    expect([again.status, again.stderr]).toEqual([0, expect.anything()]);
    expect(await storedKeys(endpoint)).toEqual(allKeys);
    checkTargets(true);
  });
});

/** Whether a process is there and has not merely not been waited for. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

for (const [how, signal, send] of [
  ['a batch system sends SIGTERM to make', 'SIGTERM', (pid: number) => process.kill(pid, 'SIGTERM')],
  ['a terminal sends SIGINT to all', 'SIGINT', (pid: number) => process.kill(-pid, 'SIGINT')],
] as const)
  testOnLinux(`${how}: everything ends, and nothing is left under way`, async () => {
    const [run, cwd] = [await simulate({ particles: 4000, collageSize: 512 }), workdir()];
    const make = spawn('fc-pipeline', ['run', `RUN=${run}`, 'OUT=out'], {
      cwd,
      env: environment(),
      stdio: 'ignore',
      detached: true,
    });
    const ended = once(make, 'close');
    const state = join(cwd, 'out/run/.pipeline');
    while (!existsSync(join(state, 'vignettes.tar.log'))) await sleep(10);
    await sleep(300);
    const processes = processesBelow(make.pid!).map(({ pid }) => pid);
    expect(processes.length).toBeGreaterThan(5);
    send(make.pid!);
    const [status, by] = await ended;
    expect([128 + constants.signals[signal], 2]).toContain(
      by === null ? status : 128 + constants.signals[signal],
    );
    while (processes.some(isAlive)) await sleep(20);
    expect(readdirSync(state).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(existsSync(join(cwd, 'out/run/vignettes.tar'))).toBe(false);
    expect(read(state, 'vignettes.tar.log')).toContain(`interrupted by ${signal}`);
    expect((await pipeline(['run', `RUN=${run}`, 'OUT=out'], { cwd })).status).toBe(0);
  });

test('two makes at once on one output, with a lock and without: both end well, all is whole', async () => {
  const run = await simulate({ particles: PARTICLES, collageSize: 256 });
  const whole = await wholeMake(run);
  const broken = workdir();
  writeFileSync(join(broken, 'flock'), '#!/bin/sh\nexit 1\n');
  chmodSync(join(broken, 'flock'), 0o755);
  for (const path of [environment().PATH, `${broken}:${environment().PATH}`]) {
    const [cwd, endpoint] = [workdir(), await testEndpoint()];
    const args = ['run', `RUN=${run}`, 'OUT=out', 'BUCKET=bucket'];
    const make = () => pipeline(args, { cwd, env: { ...endpoint.env, PATH: path } });
    const both = await Promise.all([make(), sleep(150).then(make)]);
    expect(both.map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, expect.anything()],
      [0, expect.anything()],
    ]);
    for (const [target, bytes] of Object.entries(whole))
      expect(readFileSync(join(cwd, 'out/run', target)).equals(bytes)).toBe(true);
    expect(await storedKeys(endpoint)).toEqual(allKeys);
    const before = visibleFiles(join(cwd, 'out'));
    expect((await make()).stderr).toContain('is up to date');
    expect(visibleFiles(join(cwd, 'out'))).toEqual(before);
  }
});

test('two makes with other settings never confirm what was not uploaded', async () => {
  const run = await simulate({ particles: PARTICLES, collageSize: 256 });
  const [cwd, endpoint] = [workdir(), await testEndpoint({ buckets: ['one', 'two'] })];
  const make = (bucket: string, depth: number) =>
    pipeline(['run', `RUN=${run}`, 'OUT=out', `BUCKET=${bucket}`, `EXIF_OPTIONS=--depth ${depth}`], {
      cwd,
      env: { ...endpoint.env, FC_LOCK_WAIT: '1' },
    });
  await Promise.all([make('one', 1), sleep(700).then(() => make('two', 2))]);
  // Whoever came first, the words of the confirmation and the bytes of the archive are those of one make.
  for (const [bucket, depth] of [
    ['one', 1],
    ['two', 2],
  ] as const) {
    expect((await make(bucket, depth)).status).toBe(0);
    expect(read(cwd, 'out/run/s3_upload_complete.txt')).toContain(bucket);
    expect(await storedKeys(endpoint, bucket)).toEqual(allKeys);
    const { stdout } = await shell('fc-exif --read < out/run/vignettes.tar | head -1', { cwd });
    expect(JSON.parse(stdout.toString())).toMatchObject({ WaterDepth: depth });
  }
});

testWith(['flock'], 'a lock that another process holds for ever blocks nobody', async () => {
  const [run, cwd] = [await simulate({ particles: 5 }), workdir()];
  mkdirSync(join(cwd, 'out/run/.pipeline'), { recursive: true });
  const holder = spawn('flock', [join(cwd, 'out/run/.pipeline/lock'), 'sleep', '600'], { detached: true });
  onTestFinished(() => void process.kill(-holder.pid!, 'SIGKILL'));
  await sleep(300);
  const { status, stderr } = await pipeline(['run', `RUN=${run}`, 'OUT=out'], {
    cwd,
    env: { FC_LOCK_WAIT: '2' },
  });
  expect([status, stderr]).toEqual([0, expect.stringContaining('another make seems to be at it')]);
});

test('what killed makes left under way is cleared away, what others have under way is not', async () => {
  const [run, cwd] = [await simulate({ particles: 5 }), workdir()];
  const state = join(cwd, 'out/run/.pipeline');
  mkdirSync(state, { recursive: true });
  const gone = spawn('true');
  await once(gone, 'close');
  const [dead, alive, elsewhere] = [
    `${hostname().slice(0, 40)}-${gone.pid}-0123abcd.tmp`,
    `${hostname().slice(0, 40)}-${process.pid}-0123abcd.tmp`,
    'another-node-1-0123abcd.tmp',
  ];
  for (const name of [dead, alive, elsewhere]) mkdirSync(join(state, name));
  writeFileSync(join(state, dead, 'vignettes.tar'), 'half');
  expect((await pipeline(['run', `RUN=${run}`, 'OUT=out'], { cwd })).status).toBe(0);
  const left = readdirSync(state).filter((name) => name.endsWith('.tmp'));
  expect(left.sort()).toEqual([alive, elsewhere].sort());
});

test('a disk that is full leaves no target, and says so', async () => {
  const [run, cwd] = [await simulate({ particles: PARTICLES }), workdir()];
  // The largest file may have 100 KiB: enough for the table, not for the images.
  const { status, stderr } = await shell(
    `ulimit -f 100; trap '' XFSZ; fc-pipeline run RUN='${run}' OUT=out`,
    { cwd },
  );
  expect(status).toBe(2);
  expect(stderr).toMatch(/vignettes\.tar is not made: fc-exif .*(file is too large|EFBIG)/);
  expect(Object.keys(visibleFiles(join(cwd, 'out'))).sort()).toEqual(['inputs.json', 'metadata.csv']);
  expect((await pipeline(['run', `RUN=${run}`, 'OUT=out'], { cwd })).status).toBe(0);
});

test('an output that cannot be written is one clear line', async () => {
  const [run, cwd] = [await simulate({ particles: 5 }), workdir()];
  writeFileSync(join(cwd, 'out'), 'a file where the folder should be');
  const { status, stderr } = await pipeline(['run', `RUN=${run}`, 'OUT=out'], { cwd });
  expect(status).toBe(2);
  expect(stderr.split('\n')[0]).toMatch(/^fc-pipeline: out.*: .*folder/);
});

test('a run that changes while it is read is not taken for finished', async () => {
  const [source, cwd] = [await simulate({ particles: PARTICLES, collageSize: 256 }), workdir()];
  const { status } = await shell(`cp -r '${source}' run`, { cwd });
  expect(status).toBe(0);
  const args = ['run', 'RUN=run', 'OUT=out', 'DECOLLAGE_OPTIONS=--compression deflate'];
  await pipeline(['run', 'RUN=run', 'OUT=out'], { cwd });
  // The collage gets another time just when the recipe has begun: its log appears.
  const making = pipeline(args, { cwd });
  const log = join(cwd, 'out/run/.pipeline/vignettes.tar.log');
  while (existsSync(log)) await sleep(5);
  while (!existsSync(log)) await sleep(5);
  writeFileSync(join(cwd, 'run/run_000001.tif'), readFileSync(join(cwd, 'run/run_000001.tif')));
  const { status: changed, stderr } = await making;
  expect([changed, stderr]).toEqual([2, expect.stringContaining('the run changed while it was read')]);
  expect(existsSync(join(cwd, 'out/run/vignettes.tar'))).toBe(false);
  expect((await pipeline(args, { cwd })).status).toBe(0);
});
