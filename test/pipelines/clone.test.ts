/** What a person finds in a clone: `make`, and the demo. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, shell } from '../support/programs.js';
import { workdir } from '../support/workdir.js';

const SETTINGS = [
  ...['RUN', 'RUNS', 'OUT', 'RUN_NAME', 'BUCKET', 'PREFIX', 'API_URL', 'ENV_FILE', 'METADATA', 'ON_ERROR'],
  ...['LST2CSV_OPTIONS', 'DECOLLAGE_OPTIONS', 'EXIF_OPTIONS', 'UPLOAD_OPTIONS'],
];

test('make alone says what there is: the tasks of a clone, and the settings of the pipeline', async () => {
  const { status, stdout } = await shell('make', { cwd: root });
  expect(status).toBe(0);
  for (const task of ['demo', 'install', 'test', 'test-real', 'test-long', 'bench'])
    expect(stdout.toString()).toContain(`  make ${task} `);
  for (const setting of SETTINGS) expect(stdout.toString()).toMatch(new RegExp(`\\b${setting}\\b`));
});

test.each(['', '--help', 'help'])(
  'fc-pipeline %s opens with examples and names every setting',
  async (argument) => {
    const { status, stdout } = await shell(`fc-pipeline ${argument}`);
    expect(status).toBe(0);
    expect(stdout.toString()).toMatch(/^fc-pipeline - .*\n\nExamples:\n {2}fc-pipeline run RUN=/);
    for (const setting of SETTINGS) expect(stdout.toString()).toMatch(new RegExp(`\\b${setting}\\b`));
  },
);

/** The URL that the demo says its store has. */
const storeUrl = (said: Buffer): string => /http:\/\/127\.0\.0\.1:\d+/.exec(said.toString())![0];

test('the demo takes a run into a store, shows what arrived and its tags, and leaves no store behind', async () => {
  const folder = join(workdir(), 'demo');
  const { status, stdout, stderr } = await shell(`./demo/run.sh '${folder}'`, { cwd: root });
  expect([status, stderr]).toEqual([0, expect.stringContaining('s3_upload_complete.txt is up to date')]);
  const said = stdout.toString();
  expect(said).toContain('… 200 objects, ');
  expect(said).toMatch(/GPSLatitude +54\.35\n/);
  expect(said).toMatch(/GPSLongitude +-2\.94\n/);
  expect(said).toMatch(/DateTimeOriginal +2023:05:04/);
  for (const [, path] of said.matchAll(/^(?:the run|its \w+|the store) +(\/.*)$/gm))
    expect(existsSync(path!)).toBe(true);
  await expect(fetch(storeUrl(stdout))).rejects.toThrow();
});

test('the demo stops its store when something fails, too', async () => {
  const folder = workdir();
  writeFileSync(join(folder, 'make'), '#!/bin/sh\nexit 7\n', { mode: 0o755 });
  const { status, stdout } = await shell(`PATH='${folder}':"$PATH" ./demo/run.sh '${folder}/demo'`, {
    cwd: root,
  });
  expect(status).toBe(7);
  await expect(fetch(storeUrl(stdout))).rejects.toThrow();
});
