/** Runs with any name a disk can hold: make never expands one, a shell never reads one. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pipeline, read, targetFolders, visibleFiles } from '../support/pipeline.js';
import { environment } from '../support/programs.js';
import { testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

const STRANGE = [
  '$(shell touch X)',
  '\x24{shell touch X}',
  '$$(touch X)',
  '`touch X`',
  'a;touch Y',
  'a&touch Y&',
  'with space  and two',
  `it's "quoted"`,
  'back\\slash',
  'colon: percent% hash# equals=',
  'tab\tand\nnewline\n',
  '*?[a]{b,c}~!',
  '-k',
  '54.3500_-2.9400',
  'größe-λ-🦐',
  'x'.repeat(255),
];

/** A run whose name is that of its folder, because its collage's says nothing. */
async function runCalled(name: string, parent: string): Promise<string> {
  const folder = join(parent, name);
  mkdirSync(folder);
  cpSync(await simulate({ particles: 5 }), folder, { recursive: true });
  renameSync(join(folder, 'run_000001.tif'), join(folder, 'c.tif'));
  const list = join(folder, 'run.lst');
  writeFileSync(list, readFileSync(list, 'utf8').replaceAll('run_000001.tif', 'c.tif'));
  return folder;
}

/** Some of these names cannot be those of files, so the vignettes have others. */
const VIGNETTES = 'DECOLLAGE_OPTIONS=--name v_{index}';

describe.each(STRANGE)('a run called %j', (name) => {
  test('is made whole, and a second make does nothing', async () => {
    const [parent, cwd] = [workdir(), workdir()];
    const run = await runCalled(name, parent);
    const raw = readdirSync(run);
    const args = ['run', `RUN=${run}`, 'OUT=out', VIGNETTES];
    const { status, stderr } = await pipeline(args, { cwd });
    expect([status, stderr]).toEqual([0, expect.stringContaining('vignettes.tar is done')]);
    const [folder, ...others] = targetFolders(join(cwd, 'out'));
    expect(others).toEqual([]);
    expect(folder).toMatch(/\/out\/[A-Za-z0-9_-]+$/);
    expect(JSON.parse(read(folder!, 'inputs.json'))).toMatchObject({ run: name, directory: run });
    const before = visibleFiles(join(cwd, 'out'));
    const again = await pipeline(args, { cwd });
    expect(again.stderr).toContain('is up to date');
    expect(visibleFiles(join(cwd, 'out'))).toEqual(before);
    // Nothing was carried out.
    expect(readdirSync(cwd)).toEqual(['out']);
    expect(readdirSync(parent)).toEqual([name]);
    expect(readdirSync(run)).toEqual(raw);
  });
});

test('a folder of such runs, by the environment, with uploads: all are made', async () => {
  const [parent, cwd, endpoint] = [workdir(), workdir(), await testEndpoint()];
  const some = STRANGE.filter((_, at) => at % 3 === 1);
  for (const name of some) await runCalled(name, parent);
  const settings = { RUNS: parent, OUT: 'out', BUCKET: 'bucket' };
  const options = {
    DECOLLAGE_OPTIONS: '--name {number}_{index}',
    PREFIX: "$(shell touch X) `touch Y` it's",
  };
  const { status, stdout, stderr } = await pipeline(['-j2', 'all'], {
    cwd,
    env: environment({ ...endpoint.env, ...settings, ...options }),
  });
  expect([status, stderr]).toEqual([0, expect.anything()]);
  expect(stdout.toString()).toContain(`${some.length} done\n`);
  expect(stdout.toString()).toContain('tab\\u0009and\\u000anewline\\u000a');
  for (const folder of targetFolders(join(cwd, 'out')))
    expect(existsSync(join(folder, 's3_upload_complete.txt'))).toBe(true);
  expect(readdirSync(cwd)).toEqual(['out']);
  expect(readdirSync(parent).sort()).toEqual(some.sort());
});

test.each(['a b', 'a:b', 'a%b', 'a#b', 'a$b', '$(shell touch X)', 'a*', "a'b", 'a;b', '-a', 'a\nb'])(
  'OUT=%j is status 2',
  async (out) => {
    const cwd = workdir();
    const run = await simulate({ particles: 5 });
    for (const args of [
      ['run', `RUN=${run}`, `OUT=${out}`],
      ['all', `RUNS=${run}`, `OUT=${out}`],
    ]) {
      const { status, stderr } = await pipeline(args, { cwd });
      expect(status).toBe(2);
      expect(stderr).toMatch(/^fc-pipeline: OUT (has|begins)/);
    }
    expect(readdirSync(cwd)).toEqual([]);
  },
);

test('OUT may have letters of any script', async () => {
  const [cwd, run] = [workdir(), await simulate({ particles: 5 })];
  const { status } = await pipeline(['run', `RUN=${run}`, 'OUT=résultats/🦐/'], { cwd });
  expect(status).toBe(0);
  expect(existsSync(join(cwd, 'résultats/🦐/run/vignettes.tar'))).toBe(true);
});
