/** How much the commands take of what strangers send: each bound is named where it is met, and can be raised. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FIELDS, headText, rowText } from '../support/lists.js';
import { pipeline } from '../support/pipeline.js';
import { environment, shell } from '../support/programs.js';
import { expectRefusal } from '../support/refusals.js';
import { collage, runFolder } from '../support/run-folders.js';
import { testEndpoint } from '../support/s3.js';
import { oneVignette, recordOf, streamOf, tinyTiff, writeAll } from '../support/vignettes.js';
import { workdir } from '../support/workdir.js';

const CTX = '[Software]\nSoftwareName=VisualSpreadsheet\n';

interface Case {
  what: string;
  /** Reads `$RUN`, `records.ndjson`, `table.csv`, `quoted.csv`, `v.tar`, `long.tar`, `image.tif` with its sidecar. */
  line: string;
  option: string;
  /** Values with which it is refused, and taken. */
  refused: string;
  taken: string;
  words: RegExp;
}

const upload = 'fc-upload --bucket bucket --quiet';

const CASES: Case[] = [
  { what: 'a line of a list', line: 'fc-lst2csv "$RUN"', option: 'max-line-bytes', refused: '80', taken: '1K', words: /run\.lst:13: this line is longer than 80 bytes/ },
  { what: 'a line of a list in a pipe', line: 'fc-lst2csv < "$RUN/run.lst"', option: 'max-line-bytes', refused: '80', taken: '1K', words: /stdin:13: this line is longer/ },
  { what: 'the fields of a list', line: 'fc-lst2csv "$RUN"', option: 'max-fields', refused: '9', taken: '10', words: /run\.lst:2: a list has from 1 to 9 fields, not 10/ },
  { what: 'a side file of a run', line: 'fc-lst2csv "$RUN"', option: 'max-file-bytes', refused: '40', taken: '50', words: /run\.ctx: 42 bytes are more than the 40 that are read/ },
  { what: 'a record', line: 'fc-decollage < records.ndjson', option: 'max-line-bytes', refused: '200', taken: '1K', words: /stdin:1: this line is longer than 200 bytes/ },
  { what: 'a row of a table', line: 'fc-decollage --directory "$RUN" < table.csv', option: 'max-line-bytes', refused: '80', taken: '1K', words: /this line is longer than 80 bytes/ },
  { what: 'a row of several lines', line: 'fc-decollage --directory "$RUN" < quoted.csv', option: 'max-line-bytes', refused: '300', taken: '2K', words: /stdin:2: a quotation that begins here is longer than 300 characters/ },
  { what: 'the fields of the run of a table', line: 'fc-decollage --directory "$RUN" < table.csv', option: 'max-fields', refused: '9', taken: '10', words: /from 1 to 9 fields/ },
  { what: 'a side file of the run of a table', line: 'fc-decollage --directory "$RUN" < table.csv', option: 'max-file-bytes', refused: '40', taken: '50', words: /run\.ctx: 42 bytes/ },
  { what: 'the pixels of a collage', line: 'fc-decollage < records.ndjson', option: 'max-pixels', refused: '191', taken: '192', words: /run_000001\.tif: the collage declares 24 × 8 pixels, beyond the 191 that are read/ },
  { what: 'an image in a stream to fc-exif', line: 'fc-exif --quiet < v.tar', option: 'max-entry-bytes', refused: '150', taken: '1M', words: /stdin:Lake_0\.json: \d+ bytes are more than the 150 that an entry may have/ },
  { what: 'an extended header in a stream to fc-exif', line: 'fc-exif --quiet < long.tar', option: 'max-header-bytes', refused: '100', taken: '1K', words: /stdin:an extended header: \d+ bytes are more than the 100/ },
  { what: 'a sidecar in a stream to fc-exif', line: 'fc-exif --quiet < v.tar', option: 'max-file-bytes', refused: '150', taken: '1K', words: /stdin:Lake_0\.json: \d+ bytes are more than the 150 that a sidecar may have/ },
  { what: 'an image file for fc-exif', line: 'fc-exif --quiet image.tif', option: 'max-entry-bytes', refused: '100', taken: '1K', words: /image\.tif: \d+ bytes are more than the 100/ },
  { what: 'a sidecar file for fc-exif', line: 'fc-exif --quiet image.tif', option: 'max-file-bytes', refused: '100', taken: '1K', words: /image\.json: \d+ bytes are more than the 100/ },
  { what: 'a table of positions', line: 'fc-exif --quiet --metadata stations.csv image.tif', option: 'max-file-bytes', refused: '500', taken: '2K', words: /stations\.csv: \d+ bytes are more than the 500/ },
  { what: 'a table of positions in a pipe', line: 'fc-exif --quiet --metadata <(cat stations.csv) image.tif', option: 'max-file-bytes', refused: '500', taken: '2K', words: /\/dev\/fd\/\d+: \d+ bytes or more are more than the 500/ },
  { what: 'an image in a stream to fc-upload', line: `${upload} < v.tar`, option: 'max-entry-bytes', refused: '150', taken: '1M', words: /stdin:Lake_0\.json: \d+ bytes are more than the 150 that an entry may have/ },
  { what: 'an extended header in a stream to fc-upload', line: `${upload} < long.tar`, option: 'max-header-bytes', refused: '100', taken: '1K', words: /stdin:an extended header: \d+ bytes are more than the 100/ },
  { what: 'a sidecar in a stream to fc-upload', line: `${upload} < v.tar`, option: 'max-file-bytes', refused: '150', taken: '1K', words: /stdin:Lake_0\.json: \d+ bytes are more than the 150 that a sidecar/ },
  { what: 'an archive that is stored whole', line: `${upload} --tar-key k < v.tar`, option: 'max-entry-bytes', refused: '150', taken: '1M', words: /stdin:Lake_0\.json: \d+ bytes are more than the 150/ },
  { what: 'an image file for fc-upload', line: `${upload} image.tif`, option: 'max-entry-bytes', refused: '100', taken: '1K', words: /image\.tif: \d+ bytes are more than the 100/ },
  { what: 'a sidecar file for fc-upload', line: `${upload} --sidecars image.tif image.json`, option: 'max-file-bytes', refused: '100', taken: '1K', words: /image\.json: \d+ bytes are more than the 100/ },
  { what: 'a file of settings', line: `${upload} --env-file settings.env image.tif`, option: 'max-file-bytes', refused: '100', taken: '1K', words: /settings\.env: \d+ bytes are more than the 100/ },
]; // biome-ignore format: a row a case

/** A folder with what the cases read. */
async function place(): Promise<{ cwd: string; RUN: string }> {
  const cwd = workdir();
  const RUN = runFolder({ files: { 'run_000001.tif': collage(), 'run.ctx': CTX } });
  const made = async (line: string) => (await shell(line, { env: environment({ RUN }) })).stdout.toString();
  const table = await made('fc-lst2csv "$RUN"');
  const [head, ...rows] = table.trimEnd().split('\n');
  const remark = `"${'a remark on it\n'.repeat(40)}"`;
  const stations = Array.from({ length: 100 }, (_, at) => `run${at},1\n`);
  writeAll(cwd, {
    'records.ndjson': await made('fc-lst2csv "$RUN" --format ndjson'),
    'table.csv': table,
    'quoted.csv': [`${head},remark`, ...rows.map((row) => `${row},${remark}`), ''].join('\n'),
    'v.tar': await oneVignette(),
    'long.tar': await streamOf([{ name: 'n'.repeat(180) }]),
    'image.tif': tinyTiff(),
    'image.json': JSON.stringify(recordOf()),
    'stations.csv': `run,depth\n${stations.join('')}`,
  });
  writeFileSync(join(cwd, 'settings.env'), '# settings\n'.repeat(20), { mode: 0o600 });
  return { cwd, RUN };
}

const named = CASES.map((one) => [one.what, one.option, one] as const);

test.each(named)('%s: --%s', async (_, option, { line, refused, taken, words }) => {
  const [{ cwd, RUN }, endpoint] = [await place(), await testEndpoint()];
  const env = environment({ RUN, HOME: cwd, ...endpoint.env });
  const [command] = line.split(' ');
  const withLimit = (value: string) =>
    shell(line.replace(command!, `${command} --${option} ${value}`), { cwd, env });
  const outcome = await withLimit(refused);
  expectRefusal(outcome, 3, words);
  expect(outcome.stderr).toContain(`raise the limit with --${option}`);
  expect(await withLimit(taken)).toMatchObject({ status: 0 });
});

test('a file that is no plain one, where a sidecar or a mask is sought, is not waited for', async () => {
  const { cwd } = await place();
  for (const [name, make] of [
    ['image.json', (path: string) => execFileSync('mkfifo', [path])],
    ['image.mask.png', (path: string) => symlinkSync('/dev/zero', path)],
  ] as const) {
    rmSync(join(cwd, name), { force: true });
    make(join(cwd, name));
    const words = new RegExp(`${name}: this is no plain file`);
    expectRefusal(await shell('fc-exif --quiet image.tif', { cwd }), 3, words);
    rmSync(join(cwd, name));
  }
  execFileSync('mkfifo', [join(cwd, 'pipe.tif')]);
  for (const command of ['fc-exif', 'fc-upload --dry-run --bucket b'])
    expectRefusal(await shell(`${command} pipe.tif`, { cwd }), 3, /pipe\.tif: this is no plain file/);
});

test('a collage of more bytes than its pixels can take is not even read', async () => {
  const RUN = runFolder();
  truncateSync(join(RUN, 'run_000001.tif'), 2 ** 21);
  const line = 'fc-lst2csv "$RUN" --format ndjson | fc-decollage --quiet --max-pixels';
  const env = environment({ RUN });
  const { status, stderr } = await shell(`${line} 192`, { env });
  expect({ status, stderr }).toEqual({
    status: 3,
    stderr: expect.stringMatching(
      /2097152 bytes are too many for a collage of at most 192 pixels \(raise the limit with --max-pixels\)\n$/,
    ),
  });
  expect(await shell(`${line} 1000000`, { env })).toMatchObject({ status: 0 });
});

test.each(['S3', 'the external API'])('an answer without end: %s, --max-answer-bytes', async (store) => {
  const server = createServer(async (_, response) => {
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.on('error', () => {});
    while (!response.destroyed) {
      response.write('x'.repeat(65_536));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { cwd } = await place();
  const [option, env] =
    store === 'S3'
      ? ['', { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's', AWS_ENDPOINT_URL: url }]
      : [`--api-url ${url}/upload/`, {}];
  const line = `fc-upload --quiet --bucket bucket ${option} --max-answer-bytes 1M image.tif`;
  expectRefusal(
    await shell(line, { cwd, env: environment({ HOME: cwd, ...env }) }),
    4,
    /the answer is longer than 1048576 bytes \(UND_ERR_RES_EXCEEDED_MAX_SIZE\) \(raise the limit with --max-answer-bytes\)/,
  );
});

test('under make, the options of the commands raise them, and make itself takes as much', async () => {
  const many = Array.from({ length: 1001 - FIELDS.length }, (_, at) => `more_${at}|string`);
  const row = (at: number) => `${rowText(at, { image_x: at * 6 })}${'|x'.repeat(many.length)}\n`;
  const run = runFolder({ list: headText([...FIELDS, ...many]) + row(0) + row(1) });
  const out = join(workdir(), 'out');
  const args = ['run', `RUN=${run}`, `OUT=${out}`];
  const refused = await pipeline(args);
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('--max-fields') });
  const raised = ['LST2CSV_OPTIONS=--max-fields 2000', 'DECOLLAGE_OPTIONS=--max-fields=2000'];
  expect(await pipeline([...args, ...raised])).toMatchObject({ status: 0 });
});

test.each([
  ['fc-lst2csv', '--max-line-bytes=0'],
  ['fc-decollage', '--max-pixels=1e9'],
  ['fc-exif', '--max-entry-bytes=4T'],
  ['fc-upload', '--max-answer-bytes=none'],
])('%s %s is a usage error', async (command, option) => {
  expectRefusal(await shell(`${command} ${option} < /dev/null`), 2, new RegExp(option.split('=')[0]!));
});
