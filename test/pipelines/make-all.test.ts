/** `make all`: every run below a folder. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pipeline, read, visibleFiles } from '../support/pipeline.js';
import { root, shell } from '../support/programs.js';
import { describeReal, realData } from '../support/requirements.js';
import { testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

/** Copies a simulated run to a place where it may be changed. */
async function copyRun(name: string, ...to: string[]): Promise<string> {
  const folder = join(...to);
  cpSync(await simulate({ name, particles: 12 }), folder, { recursive: true });
  return folder;
}

const editList = (list: string, edit: (lines: string[]) => string[]) =>
  writeFileSync(list, edit(readFileSync(list, 'utf8').split('\n')).join('\n'));

/** Gives the last row one field too few. */
const breakLastRow = (lines: string[]) => [...lines.slice(0, -2), lines.at(-2)!.replace(/\|[^|]*$/, ''), ''];

test('every run below a folder is made, and a second time nothing is', async () => {
  const [cwd, endpoint] = [workdir(), await testEndpoint()];
  await copyRun('one', cwd, 'cruise', 'one');
  await copyRun('two', cwd, 'cruise', 'deeper', 'down', 'two');
  await copyRun('hidden', cwd, 'cruise', '.hidden');
  const args = ['-j2', 'all', 'RUNS=cruise', 'OUT=out', 'BUCKET=bucket'];
  const first = await pipeline(args, { cwd, env: endpoint.env });
  expect(first.status).toBe(0);
  expect(first.stdout.toString()).toMatch(/^two {2}done .*\none {2}done .*\n2 done\n$/);
  const before = [visibleFiles(join(cwd, 'out')), endpoint.requests.length];
  const second = await pipeline(args, { cwd, env: endpoint.env });
  expect(second.stdout.toString()).toMatch(/^two {2}up to date .*\none {2}up to date .*\n2 up to date\n$/);
  expect([visibleFiles(join(cwd, 'out')), endpoint.requests.length]).toEqual(before);
});

test('with -k it goes on past failures and closes with what was done, what failed and why', async () => {
  const cwd = workdir();
  await copyRun('good', cwd, 'runs', 'good');
  const cut = await copyRun('cut', cwd, 'runs', 'cut');
  editList(join(cut, 'cut.lst'), breakLastRow);
  const holed = await copyRun('holed', cwd, 'runs', 'holed');
  rmSync(join(holed, 'holed_000001.tif'));
  const double = await copyRun('double', cwd, 'runs', 'double');
  cpSync(join(double, 'double.lst'), join(double, 'copy.lst'));
  await copyRun('twin', cwd, 'runs', 'a', 'twin');
  await copyRun('twin', cwd, 'runs', 'b', 'twin');
  const garbage = await copyRun('garbage', cwd, 'runs', 'garbage');
  writeFileSync(join(garbage, 'garbage.lst'), 'no list at all');

  const { status, stdout } = await pipeline(['-k', '-j2', 'all', 'RUNS=runs', 'OUT=out'], { cwd });
  expect(status).toBe(2);
  const table = new Map(
    stdout
      .toString()
      .split('\n')
      .map((line) => [/^\S+/.exec(line)?.[0], line]),
  );
  expect(table.get('good')).toMatch(/^good +done /);
  expect(table.get('cut')).toMatch(
    /^cut +failed +metadata\.csv is not made: fc-lst2csv ended with status 3: .*cut\.lst:\d+: \d+ fields where/,
  );
  expect(table.get('holed')).toMatch(
    /^holed +failed +vignettes\.tar is not made: fc-decollage ended .*holed_000001/,
  );
  expect(table.get('double')).toMatch(/^double +failed .*2 lists .*say which: make run OUT=out RUN=/);
  for (const [one, other] of ['ab', 'ba'])
    expect(table.get(`${one}/twin`)).toMatch(
      new RegExp(
        `failed .*runs/${one}/twin/twin.lst: this run is called twin, and so is .*runs/${other}/.*RUN_NAME=`,
      ),
    );
  expect(table.get('garbage')).toMatch(/^garbage +failed +runs\/garbage\/garbage\.lst/);
  expect(stdout.toString()).toMatch(/\n1 done, 6 failed\n$/);
  expect(existsSync(join(cwd, 'out/good/vignettes.tar'))).toBe(true);
  for (const target of ['metadata.csv', 'vignettes.tar'])
    expect(existsSync(join(cwd, 'out/cut', target))).toBe(false);

  // Once they are mended, only they are made.
  for (const name of ['double/copy.lst', 'garbage', 'a', 'cut'])
    rmSync(join(cwd, 'runs', name), { recursive: true });
  await copyRun('holed', cwd, 'runs', 'holed');
  const mended = await pipeline(['-k', 'all', 'RUNS=runs', 'OUT=out'], { cwd });
  expect(mended.status).toBe(0);
  expect(mended.stdout.toString()).toMatch(/\n3 done, 1 up to date\n$/);
});

test('without -k nothing is made where a run cannot be used, and a failure stops the rest', async () => {
  const cwd = workdir();
  await copyRun('b', cwd, 'runs', 'b');
  const double = await copyRun('a', cwd, 'runs', 'a');
  cpSync(join(double, 'a.lst'), join(double, 'copy.lst'));
  const unusable = await pipeline(['all', 'RUNS=runs', 'OUT=out'], { cwd });
  expect(unusable.status).toBe(2);
  expect(unusable.stderr).toContain('make -k goes on with the others');
  expect(unusable.stdout.toString()).toMatch(
    /\nb +not made +metadata\.csv was not begun\n1 failed, 1 not made\n$/,
  );

  rmSync(join(double, 'copy.lst'));
  editList(join(double, 'a.lst'), breakLastRow);
  const broken = await pipeline(['all', 'RUNS=runs', 'OUT=out'], { cwd });
  expect(broken.status).toBe(2);
  expect(broken.stdout.toString()).toMatch(/^a +failed .*\nb +not made .*\n1 failed, 1 not made\n$/);
});

test('ON_ERROR=skip: what cannot be used is left out, listed and counted, and refused again without it', async () => {
  const [cwd, endpoint] = [workdir(), await testEndpoint()];
  const run = await copyRun('run', cwd, 'run');
  editList(join(run, 'run.lst'), (lines) => {
    const row = lines.findIndex((line, at) => at > 1 && /^\d+\|\d/.test(line));
    // One row has a field too few, the next a rectangle that leaves its collage.
    const cells = lines[row]!.split('|');
    const width = 3;
    cells[width] = '99999';
    return breakLastRow([...lines.slice(0, row), cells.join('|'), ...lines.slice(row + 1)]);
  });
  const args = ['run', 'RUN=run', 'OUT=out', 'BUCKET=bucket'];
  expect((await pipeline(args, { cwd, env: endpoint.env })).status).toBe(2);
  const { status, stderr } = await pipeline([...args, 'ON_ERROR=skip'], { cwd, env: endpoint.env });
  expect([status, stderr]).toEqual([0, expect.stringContaining('skipped:')]);
  const out = join(cwd, 'out/run');
  expect(JSON.parse(read(out, 'metadata.skipped.ndjson'))).toMatchObject({ run: 'run', index: 11 });
  expect(JSON.parse(read(out, 'vignettes.skipped.ndjson'))).toMatchObject({ run: 'run', index: 0 });
  expect(read(out, 's3_upload_complete.txt')).toMatch(/^skipped: 2$/m);
  expect((await shell('tar tf vignettes.tar | grep -c tif$', { cwd: out })).stdout.toString()).toBe('10\n');

  const before = visibleFiles(join(cwd, 'out'));
  await pipeline([...args, 'ON_ERROR=skip'], { cwd, env: endpoint.env });
  expect(visibleFiles(join(cwd, 'out'))).toEqual(before);
  expect((await pipeline(args, { cwd, env: endpoint.env })).status).toBe(2);
  expect(existsSync(join(out, 's3_upload_complete.txt'))).toBe(false);
});

test('ON_ERROR=skip makes no difference to a run without faults', async () => {
  const [cwd, endpoint] = [workdir(), await testEndpoint()];
  await copyRun('run', cwd, 'run');
  const args = ['run', 'RUN=run', 'OUT=out', 'BUCKET=bucket'];
  await pipeline([...args, 'ON_ERROR=skip'], { cwd, env: endpoint.env });
  expect(read(cwd, 'out/run/s3_upload_complete.txt')).toMatch(/^skipped: 0$/m);
  const before = visibleFiles(join(cwd, 'out'));
  expect((await pipeline(args, { cwd, env: endpoint.env })).status).toBe(0);
  const { 'inputs.json': _, ...after } = visibleFiles(join(cwd, 'out'));
  expect(before).toMatchObject(after);
});

test("pipeline.mk can be part of a Makefile of one's own", async () => {
  const cwd = workdir();
  await copyRun('run', cwd, 'runs', 'run');
  writeFileSync(
    join(cwd, 'Makefile'),
    `RUNS = runs\nOUT = out\nEXIF_OPTIONS = --depth 5\nmine: all\n\techo mine\ninclude ${root}pipeline.mk\n`,
  );
  const { status, stdout, stderr } = await shell('make', { cwd });
  expect([status, stderr]).toEqual([0, expect.anything()]);
  expect(stdout.toString()).toMatch(/1 done\necho mine\nmine\n$/);
  const tags = await shell('fc-exif --read < out/run/vignettes.tar | head -1', { cwd });
  expect(JSON.parse(tags.stdout.toString())).toMatchObject({ WaterDepth: 5 });
});

describeReal('the three real runs', () => {
  test('are made by one command', async () => {
    const [cwd, endpoint] = [workdir(), await testEndpoint()];
    const args = ['-k', '-j2', 'all', `RUNS=${realData}`, 'OUT=out', 'BUCKET=bucket'];
    const { status, stdout } = await pipeline(args, { cwd, env: endpoint.env });
    expect(stdout.toString()).toContain('\n3 done\n');
    expect(status).toBe(0);
    const counts = await shell('for f in out/*/receipts.ndjson; do wc -l < $f; done | sort -n', { cwd });
    expect(counts.stdout.toString().split('\n')).toEqual(['475', '1000', '8976', '']);
  });
});
