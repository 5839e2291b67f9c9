import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RunFolder } from '../../src/simulate/run-folder.js';
import { workdir } from '../support/workdir.js';

test('of many who want an empty folder at the same moment, one gets it', async () => {
  const path = join(workdir(), 'run');
  mkdirSync(path);
  const all = await Promise.allSettled(Array.from({ length: 8 }, () => RunFolder.create(path)));
  const got = all.filter((result) => result.status === 'fulfilled');
  expect(got).toHaveLength(1);
  for (const result of all)
    if (result.status === 'rejected')
      expect(result.reason.message).toMatch(/there is something in this folder/);
  await got[0]!.value.finish();
  expect(readdirSync(path)).toEqual(['run.lst']);
});

test('what is discarded leaves nothing of its own, and all that is not', async () => {
  const path = workdir();
  const folder = await RunFolder.create(path);
  await folder.append('017\n');
  await folder.write('run_000001.tif', 'pixels');
  writeFileSync(join(path, 'notes.txt'), 'mine');
  await folder.discard();
  expect(readdirSync(path)).toEqual(['notes.txt']);

  const made = await RunFolder.create(join(path, 'made'));
  await made.discard();
  expect(existsSync(join(path, 'made'))).toBe(false);
});
