/** fc-exif on vignettes of real runs, judged by exiftool. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { shell } from '../support/programs.js';
import { describeReal, realRuns, testWith } from '../support/requirements.js';
import { exiftoolTags, expectValid } from '../support/vignettes.js';
import { workdir } from '../support/workdir.js';

/** Tags of the images that a pipe from the run writes into a folder, by file name. */
async function tagged(run: string, decollage: string, args: string): Promise<string[]> {
  const folder = workdir();
  const { status, stderr } = await shell(
    'fc-lst2csv --format ndjson --quiet "$RUN" | ' +
      `fc-decollage --quiet ${decollage} | fc-exif --quiet ${args} | tar x -C "$OUT"`,
    {
      env: {
        ...process.env,
        PATH: `${join(import.meta.dirname, '../../bin')}:${process.env.PATH}`,
        RUN: run,
        OUT: folder,
      },
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const images = readdirSync(folder).filter((name) => !name.endsWith('.json'));
  return images.map((name) => join(folder, name));
}

describeReal('vignettes of real runs', () => {
  testWith(['exiftool', 'tar'], 'the name says 54.0143 N, 2.7770 W, 4 May 2023', async () => {
    const paths = await tagged(realRuns.meso, '', '');
    expect(paths).toHaveLength(475);
    await expectValid(paths);
    for (const tags of await exiftoolTags(paths)) {
      expect(tags).toMatchObject({
        GPSLatitudeRef: 'N',
        GPSLatitude: 54.0143,
        GPSLongitudeRef: 'W',
        GPSLongitude: -2.777,
        DateTimeOriginal: '2023:05:04 00:00:00',
        XResolution: 1081.081081,
        ResolutionUnit: 3,
      });
      expect(tags.CreateDate).toMatch(/^2023:05:22 /);
      expect(tags.GPSAltitude).toBeUndefined();
    }
  });

  for (const format of ['tif --compression lzw', 'png', 'jpeg'])
    testWith(['exiftool', 'tar'], `colour, masks and the offset of the clock, as ${format}`, async () => {
      const paths = await tagged(
        realRuns.pygsuia,
        `--masks --format ${format}`,
        '--depth 0.5 --date 2024-04-08',
      );
      expect(paths).toHaveLength(2000);
      const some = everyNth(paths, 20);
      await expectValid(some);
      const all = await exiftoolTags(some);
      for (const tags of all)
        expect(tags).toMatchObject({
          WaterDepth: 0.5,
          OffsetTimeDigitized: '+02:00',
          DateTimeOriginal: '2024:04:08 00:00:00',
          Software: expect.stringMatching(/^VisualSpreadsheet 4\.19\.3; flowcam-toolkit /),
        });
    });

  testWith(['exiftool', 'tar'], 'a run whose name says nothing is tagged without a position', async () => {
    const paths = await tagged(realRuns.tank25, '', '');
    expect(paths).toHaveLength(8976);
    const some = everyNth(paths, 50);
    await expectValid(some);
    for (const tags of await exiftoolTags(some)) {
      expect(tags).not.toHaveProperty('GPSLatitude');
      expect(tags).toMatchObject({ OffsetTimeOriginal: '+00:00', OffsetTimeDigitized: '+00:00' });
    }
  });
});

/** exiftool takes its time, so that of thousands of images a part must do. */
const everyNth = (paths: string[], step: number): string[] => paths.filter((_, index) => index % step === 0);
