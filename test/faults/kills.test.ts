/**
 * Programs that are killed at random moments: what is there afterwards is whole, the statuses tell, and the same
 * command again completes the work. Killed makes are in test/pipelines/make-killed.test.ts.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect } from 'vitest';
import { entriesOf } from '../support/archives.js';
import { type Kill, killDuring, lifetimes, randomKills, testOnLinux } from '../support/kills.js';
import { times } from '../support/long-part.js';
import { environment, shell } from '../support/programs.js';
import { type TestEndpoint, testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import { contentsOf, file, md5, receiptsIn, streamOf } from '../support/uploads.js';
import { workdir } from '../support/workdir.js';

const PARTICLES = 60;
/** A kill may come too late; then it is tried again, earlier. */
const TRIES = 12;

let RUN: string;
/** Digests of files or objects by name, in the order of their names: quick to compare, and short in a report. */
type Digests = Record<string, string>;
const digests = (all: Iterable<readonly [string, Buffer]>): Digests =>
  Object.fromEntries([...all].map(([name, bytes]) => [name, md5(bytes)] as const).sort());

/** The files of the vignette stream that a whole pipe gives. */
let files: Digests;

beforeAll(async () => {
  RUN = await simulate({ particles: PARTICLES, collageSize: 256, masks: true });
  const line = 'fc-lst2csv "$RUN" --format ndjson | fc-decollage --masks | fc-exif';
  const { stdout, status } = await shell(line, { env: environment({ RUN }) });
  expect(status).toBe(0);
  files = digests((await entriesOf(stdout)).map(({ name, bytes }) => [name, bytes]));
  expect(Object.keys(files)).toHaveLength(3 * PARTICLES);
});

/** A store, a folder, and lines that are run with them. */
async function place() {
  const [cwd, endpoint] = [workdir(), await testEndpoint()];
  const env = environment({ RUN, HOME: cwd, ...endpoint.env });
  return { cwd, endpoint, env, again: (line: string) => shell(line, { cwd, env }) };
}

/** Lets a line be killed in a new place, until the kill hits. */
async function killed(
  line: string,
  kill: Kill,
  lives: Map<string, number>,
  prepare: (cwd: string) => unknown = () => {},
) {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const where = await place();
    await prepare(where.cwd);
    const share = kill.share * 0.7 ** tried;
    const outcome = await killDuring({ line, cwd: where.cwd, env: where.env }, { ...kill, share }, lives);
    if (outcome.hit) return { ...where, ...outcome };
    expect([outcome.status, outcome.stderr]).toEqual([0, expect.anything()]);
  }
  throw new Error(`no kill in ${TRIES} tries came in time`);
}

/** How long the programs of a line live where nobody kills them; measured once. */
function measured(line: string, victims: readonly string[], prepare: (cwd: string) => unknown = () => {}) {
  let lives: Promise<Map<string, number>> | undefined;
  const measure = async () => {
    const { cwd, env } = await place();
    await prepare(cwd);
    return lifetimes({ line, cwd, env }, victims);
  };
  return () => (lives ??= measure());
}

const stored = async ({ client }: TestEndpoint): Promise<Digests> => digests(await contentsOf(client));

/** The files in a folder; those with a dot in front are not seen. */
const visible = (folder: string): Digests =>
  digests(
    (existsSync(folder) ? readdirSync(folder) : [])
      .filter((name) => !name.startsWith('.'))
      .map((name) => [name, readFileSync(join(folder, name))]),
  );

describe('a whole pipe into a store', () => {
  const STEPS = ['fc-lst2csv', 'fc-decollage', 'fc-exif', 'fc-upload', 'all'];
  const line =
    'fc-lst2csv "$RUN" --format ndjson | fc-decollage --masks | fc-exif | ' +
    `fc-upload --bucket bucket --sidecars --expect ${PARTICLES} --confirm done.txt > receipts.ndjson`;
  const lives = measured(line, STEPS);

  testOnLinux.each(randomKills(times(5, 90), STEPS))('%s', async (_, kill) => {
    const { status, cwd, endpoint, again } = await killed(line, kill, await lives());
    const objects = await stored(endpoint);
    expect(files).toMatchObject(objects);
    // Status 0 and a confirmation are each a promise that all is there; only a kill after the end may leave both.
    const confirmed = existsSync(join(cwd, 'done.txt'));
    if (status === 0) expect(confirmed).toBe(true);
    if (confirmed) expect(objects).toEqual(files);
    const lines = readFileSync(join(cwd, 'receipts.ndjson')).toString();
    for (const receipt of receiptsIn(Buffer.from(lines.slice(0, lines.lastIndexOf('\n') + 1))))
      if (receipt.status !== 'failed') expect(objects[receipt.key]).toBe(receipt.md5);

    const completed = await again(line);
    expect([completed.status, completed.stderr]).toEqual([0, expect.anything()]);
    expect(await stored(endpoint)).toEqual(files);
    expect(existsSync(join(cwd, 'done.txt'))).toBe(true);
  });
});

describe.each([
  ['fc-decollage', 'fc-lst2csv "$RUN" --format ndjson | fc-decollage --masks --output-directory out'],
  ['fc-exif', 'fc-lst2csv "$RUN" --format ndjson | fc-decollage --masks | fc-exif --output-directory out'],
])('%s into a folder', (program, line) => {
  /** The tags are in the images and not in the sidecars, so both commands write files of their own. */
  let whole: Digests | undefined;
  async function wholeFolder(): Promise<Digests> {
    const { cwd, again } = await place();
    expect((await again(line)).status).toBe(0);
    return visible(join(cwd, 'out'));
  }

  const lives = measured(line, [program]);

  testOnLinux.each(randomKills(times(2, 30), [program]))('%s', async (_, kill) => {
    whole ??= await wholeFolder();
    expect(Object.keys(whole)).toHaveLength(3 * PARTICLES);
    const { status, cwd, again } = await killed(line, kill, await lives());
    const left = visible(join(cwd, 'out'));
    expect(whole).toMatchObject(left);
    if (status === 0) expect(left).toEqual(whole);
    const completed = await again(line);
    expect([completed.status, completed.stderr]).toEqual([0, expect.anything()]);
    expect(visible(join(cwd, 'out'))).toEqual(whole);
  });
});

describe('one archive into a store, in parts', () => {
  const line =
    'fc-upload --bucket bucket --tar-key v.tar --part-size 5MiB --abort-stale --confirm done.txt big.tar';
  const big = streamOf(
    Array.from({ length: 12 }, (_, at) => file(`v_${at}.tif`, Buffer.alloc(2 ** 20 + 7, at + 1))),
  );
  const lives = measured(line, ['fc-upload'], async (cwd) => writeFileSync(join(cwd, 'big.tar'), await big));

  testOnLinux.each(randomKills(times(2, 30), ['fc-upload']))('%s', async (_, kill) => {
    const bytes = await big;
    const { status, cwd, endpoint, again } = await killed(line, kill, await lives(), (folder) =>
      writeFileSync(join(folder, 'big.tar'), bytes),
    );
    const whole = { 'v.tar': md5(bytes) };
    const objects = await stored(endpoint);
    expect(whole).toMatchObject(objects);
    const confirmed = existsSync(join(cwd, 'done.txt'));
    if (status === 0) expect(confirmed).toBe(true);
    if (confirmed) expect(objects).toEqual(whole);
    const completed = await again(line);
    expect([completed.status, completed.stderr]).toEqual([0, expect.anything()]);
    expect(await stored(endpoint)).toEqual(whole);
    // What the killed one had begun is gone.
    const unfinished = await endpoint.client.send(new ListMultipartUploadsCommand({ Bucket: 'bucket' }));
    expect(unfinished.Uploads ?? []).toEqual([]);
  });
});
