/**
 * A store that misbehaves at the end of a whole pipe, and under make: what passes is waited for, what does not is said;
 * nothing is confirmed that is not there, and the same command again completes the work.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Fault, FaultRule } from '../../src/s3-endpoint/faults.js';
import { entriesOf } from '../support/archives.js';
import { objectStoreApi } from '../support/object-store-api.js';
import { pipeline } from '../support/pipeline.js';
import { environment, shell } from '../support/programs.js';
import { type TestEndpoint, testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import { contentsOf, md5, receiptsIn } from '../support/uploads.js';
import { workdir } from '../support/workdir.js';

const PARTICLES = 12;
/** Some of its requests fail. */
const VICTIM = 'run_7.tif';

let RUN: string;
/** Digests of the run's images by key, and of the archive they come in. */
let images: Map<string, string>;
let archive: string;

/** Digests of what a store holds, by key. */
const digests = (objects: Iterable<readonly [string, Buffer]>) =>
  new Map([...objects].map(([key, bytes]) => [key, md5(bytes)] as const).sort());
const stored = async ({ client }: TestEndpoint) => digests(await contentsOf(client));

beforeAll(async () => {
  RUN = await simulate({ particles: PARTICLES });
  const made = await shell('fc-lst2csv "$RUN" --format ndjson | fc-decollage | fc-exif', {
    env: environment({ RUN }),
  });
  archive = md5(made.stdout);
  const files = (await entriesOf(made.stdout)).filter(({ name }) => name.endsWith('.tif'));
  images = digests(files.map(({ name, bytes }) => [name, bytes] as const));
  expect(images.size).toBe(PARTICLES);
});

const pipe = (...options: string[]) =>
  'fc-lst2csv "$RUN" --format ndjson | fc-decollage | fc-exif | ' +
  `fc-upload --bucket bucket --timeout 0.5 --retries 2 --expect ${PARTICLES} --confirm done.txt ${options.join(' ')}`;

/** A store with such a fault, and a folder to work in. */
async function place(rule?: FaultRule) {
  const [cwd, endpoint] = [workdir(), await testEndpoint()];
  if (rule !== undefined) endpoint.faults.inject(rule);
  const env = environment({ RUN, HOME: cwd, ...endpoint.env });
  return {
    cwd,
    endpoint,
    env,
    run: (line: string) => shell(line, { cwd, env }),
    confirmed: () => existsSync(join(cwd, 'done.txt')),
  };
}

/** What goes wrong for good with one object, and the words for it. */
const FOR_GOOD: [fault: Fault, words: RegExp][] = [
  ['InternalError', /1 of 12 objects are not stored; the first is run_7\.tif: the store failed inside/],
  ['SlowDown', /1 of 12 .*: the store asks to slow down \(SlowDown\)/],
  ['AccessDenied', /bucket bucket at http:\S+: the store denies access \(AccessDenied\)/],
  ['NoSuchBucket', /bucket bucket at http:\S+: there is no such bucket \(NoSuchBucket\)/],
  ['reset-before-storing', /1 of 12 .*: (the connection was reset|.*closed)/],
  ['hang-up', /1 of 12 .*: the connection was closed/],
  ['error-in-200', /1 of 12 objects are not stored; the first is run_7\.tif: /],
  ['store-nothing', /1 of 12 .*: the store acknowledged it and does not have it/],
  ['wrong-etag', /1 of 12 .*: .*is not the MD5/],
  ['stall', /1 of 12 .*: no answer within/],
];

describe.each(FOR_GOOD)('%s for one object, for good', (fault, words) => {
  const rule: FaultRule = { fault, operation: 'PutObject', key: VICTIM };

  test('ends the pipe with status 4 and no confirmation; the same line again completes it', async () => {
    const { endpoint, run, confirmed } = await place(rule);
    const first = await run(pipe());
    expect(first).toMatchObject({ status: 4, stderr: expect.stringMatching(words) });
    expect(confirmed()).toBe(false);
    const receipts = receiptsIn(first.stdout);
    endpoint.faults.clear();
    const there = await stored(endpoint);
    for (const { key, status } of receipts) if (status !== 'failed') expect(there.has(key)).toBe(true);
    expect(receipts.find(({ key }) => key === VICTIM)?.status ?? 'failed').toBe('failed');

    expect(await run(pipe())).toMatchObject({ status: 0 });
    expect(confirmed()).toBe(true);
    expect(await stored(endpoint)).toEqual(images);
  });

  test('leaves make without s3_upload_complete.txt; make again sends what is missing', async () => {
    const { cwd, endpoint, env } = await place(rule);
    const args = [
      'run',
      `RUN=${RUN}`,
      'OUT=out',
      'BUCKET=bucket',
      'UPLOAD_OPTIONS=--timeout 0.5 --retries 2',
    ];
    const first = await pipeline(args, { cwd, env });
    expect(first).toMatchObject({ status: 2, stderr: expect.stringMatching(words) });
    expect(existsSync(join(cwd, 'out/run/s3_upload_complete.txt'))).toBe(false);
    const tar = readFileSync(join(cwd, 'out/run/vignettes.tar'));

    endpoint.faults.clear();
    expect(await pipeline(args, { cwd, env })).toMatchObject({ status: 0 });
    expect(readFileSync(join(cwd, 'out/run/s3_upload_complete.txt'), 'utf8')).toContain('objects: 12\n');
    expect(readFileSync(join(cwd, 'out/run/vignettes.tar')).equals(tar)).toBe(true);
    expect(await stored(endpoint)).toEqual(images);
  });
});

test.each<Fault>([
  'InternalError',
  'SlowDown',
  'reset-before-storing',
  'reset-after-storing',
  'hang-up',
  'error-in-200',
  'stall',
])('%s now and then: the pipe waits, and all is there and confirmed', async (fault) => {
  const { endpoint, run, confirmed } = await place({ fault, every: 4, first: 6 });
  const { status, stdout, stderr } = await run(pipe());
  expect([status, stderr]).toEqual([0, expect.stringMatching(/; trying again in \d/)]);
  expect(receiptsIn(stdout).map(({ status }) => status)).toEqual(Array(PARTICLES).fill('uploaded'));
  expect(confirmed()).toBe(true);
  endpoint.faults.clear();
  expect(await stored(endpoint)).toEqual(images);
});

test('a store that has stored and not said so is believed by what it holds, not by what it says', async () => {
  const { endpoint, run, confirmed } = await place({
    fault: 'reset-after-storing',
    operation: 'PutObject',
    key: VICTIM,
  });
  const first = await run(pipe());
  expect(first.status).toBe(4);
  expect(confirmed()).toBe(false);
  endpoint.faults.clear();
  const again = receiptsIn((await run(pipe())).stdout);
  expect(new Set(again.map(({ status }) => status))).toEqual(new Set(['unchanged']));
  expect(confirmed()).toBe(true);
});

describe('the archive as one object', () => {
  const line = `fc-lst2csv "$RUN" --format ndjson | fc-decollage | fc-exif | fc-upload --bucket bucket --tar-key run.tar --timeout 0.5 --retries 1 --confirm done.txt`;

  test.each<[Fault, RegExp]>([
    ['InternalError', /the store failed inside/],
    ['AccessDenied', /denies access/],
    ['error-in-200', /\((InternalError|\w+)\)/],
    ['store-nothing', /the store has 0 bytes where \d+ were sent/],
    ['stall', /no answer within|timeout/],
  ])('%s for good: status 4, no confirmation; the same line again completes it', async (fault, words) => {
    const { endpoint, run, confirmed } = await place({ fault, operation: 'PutObject' });
    expect(await run(line)).toMatchObject({ status: 4, stderr: expect.stringMatching(words) });
    expect(confirmed()).toBe(false);
    endpoint.faults.clear();
    expect(await run(line)).toMatchObject({ status: 0 });
    expect(confirmed()).toBe(true);
    expect(await stored(endpoint)).toEqual(new Map([['run.tar', archive]]));
  });
});

test('an external API that stores nothing and says 200, at the end of the pipe', async () => {
  const [lying, honest] = [await objectStoreApi({ stores: () => false }), await objectStoreApi()];
  const { run, confirmed } = await place();
  const through = (url: string) =>
    run(
      `fc-lst2csv "$RUN" --format ndjson | fc-decollage | fc-exif | fc-upload --bucket bucket --api-url ${url} --confirm done.txt`,
    );
  expect(await through(lying.url)).toMatchObject({
    status: 4,
    stderr: expect.stringMatching(
      /12 of 12 objects are not stored; .*the API accepted it and did not store it/,
    ),
  });
  expect(confirmed()).toBe(false);
  expect(await through(honest.url)).toMatchObject({ status: 0 });
  expect(confirmed()).toBe(true);
  expect(digests(honest.objects)).toEqual(new Map([...images].map(([key, digest]) => [`/${key}`, digest])));
});
