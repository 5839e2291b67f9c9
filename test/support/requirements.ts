/**
 * Tests that need what not every machine has are skipped, saying so. `FC_TEST_ALL=1` (as `make test-real` sets
 * it) turns such a skip into a failure, so that nothing is left out unseen.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'vitest';
import { installed, root } from './programs.js';

const required = process.env.FC_TEST_ALL === '1';

/** Folder with real FlowCam runs; not part of the project. */
export const realData = process.env.FC_TEST_DATA ?? resolve(root, '../shared/data');

/** The three real runs that the tests know. */
export const realRuns = {
  /** 8,976 particles, 53 fields, 9 collages, VisualSpreadsheet 4.10.8, mono camera. */
  tank25: resolve(realData, '19_10_Tank25_blanksremoved'),
  /** 475 particles, 53 fields, 1 collage; position and date in the folder's name. */
  meso: resolve(realData, 'MicrobialMethane_MESO_Tank10_54.0143_-2.7770_04052023_1'),
  /** 1,000 particles, 65 fields, 2 colour collages with masks, VisualSpreadsheet 4.19.3. */
  pygsuia: resolve(realData, '7-Pygsuia-SF-SW-NITRATE-day5-sample3-replicate3-08April2024'),
};

/** boto3 is no program but a module of python3's. */
const present = (program: string): boolean =>
  program === 'boto3' ? spawnSync('python3', ['-c', 'import boto3']).status === 0 : installed(program);

const missing = (programs: string[]): string[] => programs.filter((program) => !present(program));

/** `describe`, skipped with a reason where the real runs are absent (they are never part of the project). */
export const describeReal = (title: string, body: () => void) =>
  existsSync(realData)
    ? describe(title, body)
    : describe.skip(`${title} [skipped: no real runs at ${realData}; set FC_TEST_DATA]`, body);

/** `test` that needs programs of somebody else's, skipped with a reason where one is absent. */
export const testWith = (programs: string[], title: string, body: () => Promise<void>, timeout?: number) => {
  const lacking = missing(programs);
  if (lacking.length === 0 || required) test(title, body, timeout);
  else test.skip(`${title} [skipped: ${lacking.join(', ')} not installed]`, body);
};
