/** What travels in the package works from wherever it is put. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { environment, root, run, shell } from '../support/programs.js';
import { simulate } from '../support/simulated-run.js';
import { workdir } from '../support/workdir.js';

const { bin, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
let packed: Buffer;

beforeAll(async () => {
  // Without scripts: a build now would pull the programs away from under the other tests.
  const { stdout, status } = await shell(
    'set -e; d=$(mktemp -d); npm pack --ignore-scripts --silent --pack-destination "$d" >&2; cat "$d"/*.tgz; rm -r "$d"',
    { cwd: root },
  );
  expect(status).toBe(0);
  packed = stdout;
});

/** Unpacks the package beside what it depends on. */
async function unpack(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  expect((await run('tar', ['xz', '-C', folder], { input: packed })).status).toBe(0);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'package');
}

test('every program says its version', async () => {
  const folder = await unpack(workdir());
  const programs = readdirSync(join(folder, 'bin')).filter((name) => name.startsWith('fc-'));
  expect(Object.keys(bin).sort()).toEqual(programs.sort());
  for (const [name, path] of Object.entries<string>(bin)) {
    const { stdout, status } = await run(join(folder, path), ['--version']);
    expect([status, stdout.toString()]).toEqual([0, `${name} ${version}\n`]);
  }
});

test('the pipeline runs from a folder with any name', async () => {
  const [source, cwd] = [await simulate({ particles: 5 }), workdir()];
  const folder = await unpack(join(workdir(), `it's $(touch X); a # folder`));
  const { PATH } = process.env;
  const { status, stderr } = await run(join(folder, 'bin/fc-pipeline'), ['run', `RUN=${source}`, 'OUT=out'], {
    cwd,
    env: { ...environment(), PATH },
  });
  expect([status, stderr]).toEqual([0, expect.stringContaining('out/run/vignettes.tar is done')]);
  expect(readdirSync(cwd)).toEqual(['out']);
});

test('nothing travels that is not needed', async () => {
  const folder = await unpack(workdir());
  expect(readdirSync(folder).sort()).toEqual([
    'LICENSE',
    'README.md',
    'bin',
    'dist',
    'docs',
    'package.json',
    'pipeline.mk',
  ]);
  expect(readdirSync(join(folder, 'dist'))).toEqual(['programs']);
});
