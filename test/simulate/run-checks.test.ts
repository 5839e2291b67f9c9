import { expect, test } from 'vitest';
import { readRun } from '../support/listed-run.js';
import { describeReal, realRuns } from '../support/requirements.js';
import {
  checkLengths,
  checkOrder,
  checkPixels,
  checkRectangles,
  checkSideFiles,
  checkText,
} from '../support/run-checks.js';

describeReal('the checks hold for runs of real FlowCams', () => {
  test.each([
    ['pygsuia', 0],
    ['tank25', 2],
  ] as const)('%s', async (name, margin) => {
    const run = readRun(realRuns[name]);
    expect(checkText(run)).toEqual([]);
    expect(checkOrder(run)).toEqual([]);
    expect(checkLengths(run)).toEqual([]);
    expect(checkSideFiles(run)).toEqual([]);
    expect(await checkRectangles(run, margin)).toEqual([]);
  });

  test('meso, whose list a script has rewritten, keeps its rectangles', async () => {
    expect(await checkRectangles(readRun(realRuns.meso), 2)).toEqual([]);
  });

  test('pygsuia, which has masks, is measured to the printed digit', async () => {
    expect(await checkPixels(readRun(realRuns.pygsuia))).toEqual([]);
  });
});
