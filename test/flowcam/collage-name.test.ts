import { expect, test } from 'vitest';
import { maskOfCollage, runOfCollage } from '../../src/flowcam/collage-name.js';

test('the run is told from the names of its collages', () => {
  for (const [collage, run] of [
    ['run_000001.tif', 'run'],
    ['19_10_Tank25_blanksremoved_images_000009.tif', '19_10_Tank25_blanksremoved'],
    ['C fusus_lib_images_000001.tif', 'C fusus'],
    ['201-045311_000123.tif', '201-045311'],
    ['MESO_Tank10_54.0143_-2.7770_04052023_1_images_000001.tif', 'MESO_Tank10_54.0143_-2.7770_04052023_1'],
    ['RUN_000001.TIF', 'RUN'],
    ['run_images_images_000001.tif', 'run_images'],
    ['run_000001_000002.tiff', 'run_000001'],
    ['line\nbreak_000001.tif', 'line\nbreak'],
  ])
    expect(runOfCollage(collage!), collage).toBe(run);
});

test('names of another pattern tell no run', () => {
  for (const name of [
    'collage.tif',
    'run_1.tif',
    'run_0000001.tif',
    'run_000001.png',
    '_000001.tif',
    '',
    'run_000001',
  ])
    expect(runOfCollage(name), name).toBeUndefined();
});

test('a mask is called as its collage, with _bin', () => {
  expect(maskOfCollage('run_000001.tif')).toBe('run_000001_bin.tif');
  expect(maskOfCollage('a.b_000001.TIF')).toBe('a.b_000001_bin.TIF');
  expect(maskOfCollage('run')).toBe('run_bin');
});
