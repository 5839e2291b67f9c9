/** Streams that are cut between two steps, at every kind of place: status 3 and the place, and nothing is confirmed. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { killDuring, testOnLinux } from '../support/kills.js';
import { objectStoreApi } from '../support/object-store-api.js';
import { visibleFiles } from '../support/pipeline.js';
import { environment, type Outcome, shell } from '../support/programs.js';
import { testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

const PARTICLES = 40;

let RUN: string;
/** What flows between the steps: a list, NDJSON, CSV, a vignette stream. */
let streams: { list: Buffer; ndjson: Buffer; csv: Buffer; tar: Buffer };

beforeAll(async () => {
  RUN = await simulate({ particles: PARTICLES });
  const made = async (line: string) => {
    const { stdout, status } = await shell(line, { env: environment({ RUN }) });
    expect(status).toBe(0);
    return stdout;
  };
  streams = {
    list: await made('cat "$RUN"/*.lst'),
    ndjson: await made('fc-lst2csv --format ndjson "$RUN"'),
    csv: await made('fc-lst2csv "$RUN"'),
    tar: await made('fc-lst2csv --format ndjson "$RUN" | fc-decollage'),
  };
});

/** Where a stream ends early. */
type Cut = (bytes: Buffer) => number;

const LF = 0x0a;
const nthLineEnd = (bytes: Buffer, n: number): number => {
  let at = -1;
  for (let line = 0; line < n; line += 1) at = bytes.indexOf(LF, at + 1);
  return at;
};

/** Cuts of text, and the line in which each is. */
const TEXT_CUTS: [place: string, cut: Cut, line: number][] = [
  ['inside its first line', () => 10, 1],
  ['in the middle of a line', (bytes) => nthLineEnd(bytes, 30) + 100, 31],
  ['before the end of a line', (bytes) => nthLineEnd(bytes, 30), 30],
  ['before its last character', (bytes) => bytes.length - 1, Number.NaN],
];

/** Sizes of the first file of an archive, from its header. */
const firstSize = (tar: Buffer): number => Number.parseInt(tar.toString('latin1', 124, 135), 8);
const secondHeader = (tar: Buffer): number => 512 + Math.ceil(firstSize(tar) / 512) * 512;
/** Where the end blocks begin: behind the last byte that is not zero, at the next multiple of a block. */
const endBlocks = (tar: Buffer): number => {
  let last = tar.length;
  while (tar[last - 1] === 0) last -= 1;
  return Math.ceil(last / 512) * 512;
};

const TAR_CUTS: [place: string, cut: Cut, words: RegExp][] = [
  ['before anything', () => 0, /nothing came in where a tar archive is due/],
  ['inside its first header', () => 100, /cut short inside a header, after 0 bytes/],
  ['between header and body', () => 512, /run_0\.json: .*cut short inside this entry/],
  [
    'inside a body',
    (tar) => 512 + Math.floor(firstSize(tar) / 2),
    /run_0\.json: .*cut short inside this entry/,
  ],
  ['inside the padding behind a body', (tar) => 512 + firstSize(tar) + 1, /run_0\.json: .*inside this entry/],
  ['between two entries', secondHeader, /cut short before its end blocks, after \d+ bytes/],
  ['inside a header', (tar) => secondHeader(tar) + 300, /cut short inside a header, after \d+ bytes/],
  ['before its end blocks', endBlocks, /cut short before its end blocks, after \d+ bytes/],
  ['inside the first end block', (tar) => endBlocks(tar) + 10, /cut short inside a header/],
  ['between its end blocks', (tar) => endBlocks(tar) + 512, /cut short between its two end blocks/],
  ['inside the last end block', (tar) => endBlocks(tar) + 1023, /cut short between its two end blocks/],
];

/** One line that names stdin and the place, status 3. */
function expectCut({ status, stderr }: Outcome, words: RegExp): void {
  expect([status, stderr]).toEqual([3, expect.anything()]);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.filter((line) => /^fc-[a-z0-9]+: stdin:/.test(line) && words.test(line))).toHaveLength(1);
  expect(stderr).not.toMatch(/\n\s+at /);
}

/** Whether an archive has its end blocks, without which no reader here takes it. */
const looksWhole = (tar: Buffer): boolean =>
  tar.length >= 1024 && tar.subarray(-1024).every((byte) => byte === 0);

describe.each(TEXT_CUTS)('text that ends %s', (_, cut, line) => {
  test.each(['ndjson', 'csv'] as const)('%s into fc-decollage', async (form) => {
    const bytes = streams[form];
    const due = Number.isNaN(line) ? bytes.filter((byte) => byte === LF).length : line;
    const outcome = await shell('fc-decollage --directory "$RUN"', {
      env: environment({ RUN }),
      input: bytes.subarray(0, cut(bytes)),
    });
    expectCut(outcome, new RegExp(`stdin:${due}: the text ends inside this line`));
    expect(looksWhole(outcome.stdout)).toBe(false);
  });
});

test.each<[place: string, cut: Cut, words: RegExp]>([
  ['before anything', () => 0, /this list is empty/],
  ['inside its head', (list) => nthLineEnd(list, 5) + 3, /stdin:\d+: /],
  ['at the end of a line of its head', (list) => nthLineEnd(list, 20) + 1, /ends inside its head/],
  ['in the middle of a row', (list) => list.length - 200, /\d+ fields where the header names 65/],
])('a list that ends %s into fc-lst2csv', async (_, cut, words) => {
  const input = streams.list.subarray(0, cut(streams.list));
  for (const format of ['csv', 'ndjson'])
    expectCut(await shell(`fc-lst2csv --format ${format} -`, { input }), words);
});

test('a list whose last row is whole but for its line end is read, with a note', async () => {
  const { status, stdout, stderr } = await shell('fc-lst2csv -', { input: streams.list.subarray(0, -1) });
  expect([status, stderr]).toEqual([0, expect.stringMatching(/stdin:\d+: the last line has no line end/)]);
  expect(stdout.equals(streams.csv)).toBe(true);
});

test.each(['fc-lst2csv -', 'fc-decollage', 'fc-exif', 'fc-upload --bucket bucket'])(
  'nothing at all into %s is status 3',
  async (command) => {
    const endpoint = await testEndpoint();
    expectCut(await shell(`${command} < /dev/null`, { env: environment(endpoint.env) }), /stdin/);
  },
);

describe.each(TAR_CUTS)('a vignette stream that ends %s', (_, cut, words) => {
  const part = () => streams.tar.subarray(0, cut(streams.tar));

  test('into fc-exif: no archive comes out that looks whole', async () => {
    const outcome = await shell('fc-exif', { input: part() });
    expectCut(outcome, words);
    expect(looksWhole(outcome.stdout)).toBe(false);
  });

  test('into fc-upload: nothing is confirmed, and every receipt is true', async () => {
    const [cwd, endpoint] = [workdir(), await testEndpoint()];
    writeFileSync(join(cwd, 'done.txt'), 'status: complete\nbucket: of an earlier upload\n');
    const env = environment({ HOME: cwd, ...endpoint.env });
    const to = 'fc-upload --bucket bucket --confirm done.txt';
    const outcome = await shell(to, { cwd, env, input: part() });
    expectCut(outcome, words);
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
    const receipts = outcome.stdout.toString().trimEnd().split('\n').filter(Boolean);
    const stored = endpoint.requests.filter(({ operation }) => operation === 'PutObject');
    expect(receipts).toHaveLength(stored.length);

    const asOne = await shell(`${to} --tar-key v.tar`, { cwd, env, input: part() });
    expectCut(asOne, words);
    expect(asOne.stdout.toString()).toBe('');
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
    expect(endpoint.requests.some(({ operation, key }) => operation === 'PutObject' && key === 'v.tar')).toBe(
      false,
    );
  });

  test('into the external API: nothing is confirmed', async () => {
    const [cwd, api] = [workdir(), await objectStoreApi()];
    const to = `fc-upload --api-url ${api.url} --bucket bucket --confirm done.txt`;
    expectCut(await shell(to, { cwd, env: environment({ HOME: cwd }), input: part() }), words);
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
  });
});

describe('a cut between two lines, which cannot be seen', () => {
  /** Records up to a line end, from a program that dies there. */
  const dying = '{ head -30 records.ndjson; kill -9 $BASHPID; }';

  test('leaves the pipe with a status that is not 0', async () => {
    const cwd = workdir();
    writeFileSync(join(cwd, 'records.ndjson'), streams.ndjson);
    const { status, stderr } = await shell(`${dying} | fc-decollage | fc-exif > v.tar`, { cwd });
    expect([status, stderr]).toEqual([137, expect.stringContaining('30 vignettes tagged')]);
  });

  test('is seen by --expect, before anything is confirmed', async () => {
    const [cwd, endpoint] = [workdir(), await testEndpoint()];
    writeFileSync(join(cwd, 'records.ndjson'), streams.ndjson);
    const env = environment({ HOME: cwd, ...endpoint.env });
    const upload = 'fc-upload --bucket bucket --confirm done.txt';
    for (const [decollage, exif, store] of [
      [`--expect ${PARTICLES}`, '', ''],
      ['', `--expect ${PARTICLES}`, ''],
      ['', '', `--expect ${PARTICLES}`],
    ]) {
      const line = `${dying} | fc-decollage ${decollage} | fc-exif ${exif} | ${upload} ${store}`;
      const { status, stderr } = await shell(line, { cwd, env });
      expect([status, stderr]).toEqual([3, expect.stringContaining('30 vignettes where --expect says 40')]);
      expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
    }
  });

  testOnLinux('leaves make without the target', async () => {
    const cwd = workdir();
    const env = environment({ RUN: await simulate({ particles: 4000 }) });
    const line = 'fc-pipeline run RUN="$RUN" OUT=out';
    const kill = { victim: 'fc-lst2csv', signal: 'SIGKILL', share: 0, which: 0 } as const;
    const { hit, status, stderr } = await killDuring({ line, cwd, env }, kill, new Map());
    expect([hit, status, stderr]).toEqual([true, 2, expect.stringContaining('was ended by signal 9')]);
    expect(Object.keys(visibleFiles(join(cwd, 'out')))).toEqual(['inputs.json']);
  });
});

test('a producer that fails says so in the last line of its NDJSON, and no step takes the rest for all', async () => {
  const cwd = workdir();
  const list = streams.list.toString('latin1');
  writeFileSync(join(cwd, 'cut.lst'), list.slice(0, -200), 'latin1');
  const { status, stderr, stdout } = await shell(
    `fc-lst2csv --format ndjson cut.lst | fc-decollage --directory "$RUN" | fc-exif`,
    { cwd, env: environment({ RUN }) },
  );
  expect(status).toBe(3);
  expect(stderr).toMatch(/fc-decollage: stdin:40: the step before failed: cut\.lst:\d+: \d+ fields where/);
  expect(stderr).toMatch(/fc-exif: stdin: (the archive is cut short|nothing came in)/);
  expect(looksWhole(stdout)).toBe(false);
});
