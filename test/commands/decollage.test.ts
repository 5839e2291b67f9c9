import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { entriesOf } from '../support/archives.js';
import { type ListedRun, readRun } from '../support/listed-run.js';
import { environment, type Outcome, run, shell } from '../support/programs.js';
import { cropOf, type Place, type Raster, readTiffPixels } from '../support/rasters.js';
import { describeReal, realRuns } from '../support/requirements.js';
import { simulate } from '../support/simulated-run.js';

interface Expected {
  particles: number;
  name: string;
  masks: boolean;
}

/** Collages of a run, read once each by a reader that is not the toolkit's. */
function collagesOf(folder: string): (file: string) => Raster {
  const read = new Map<string, Raster>();
  return (file) => {
    const raster = read.get(file) ?? readTiffPixels(readFileSync(join(folder, file)));
    read.set(file, raster);
    return raster;
  };
}

/** The same promises on every run, simulated or real. */
function keepsItsPromises(folderOf: () => Promise<string> | string, expected: Expected) {
  let folder: string;
  let listed: ListedRun;
  let tar: Outcome;
  let byCsv: Outcome;
  let entries: { name: string; bytes: Buffer }[];
  beforeAll(async () => {
    folder = await folderOf();
    listed = readRun(folder);
    const env = environment({ RUN: folder });
    const masks = expected.masks ? '--masks' : '';
    tar = await shell(`fc-lst2csv --quiet "$RUN" --format ndjson | fc-decollage ${masks}`, { env });
    byCsv = await shell(`fc-lst2csv --quiet "$RUN" | fc-decollage --quiet --directory "$RUN" ${masks}`, {
      env,
    });
    entries = await entriesOf(tar.stdout);
  });

  test('ends with status 0 and says how much it made of what', () => {
    const vignettes = expected.particles;
    const collages = new Set(listed.texts.map((row) => row.collage_file)).size;
    expect(tar.stderr).toMatch(
      new RegExp(
        `^fc-decollage: ${vignettes} vignettes from ${collages} collages?, [\\d.]+ MB, [\\d.]+ s\\n$`,
      ),
    );
    expect(tar.status).toBe(0);
  });

  test('names, number and order are those of the list: sidecar, vignette, mask', () => {
    const files = expected.masks ? ['json', 'tif', 'mask.png'] : ['json', 'tif'];
    expect(entries.map(({ name }) => name)).toEqual(
      listed.rows.flatMap((_, index) => files.map((file) => `${expected.name}_${index}.${file}`)),
    );
  });

  test('every vignette is, pixel for pixel, what an independent crop of its collage is', () => {
    const collage = collagesOf(folder);
    const images = entries.filter(({ name }) => name.endsWith('.tif'));
    expect(images).toHaveLength(expected.particles);
    images.forEach(({ name, bytes }, index) => {
      const cut = cropOf(collage(listed.texts[index]!.collage_file!), listed.rows[index] as unknown as Place);
      const { data, ...shape } = readTiffPixels(bytes);
      const { data: due, ...dueShape } = cut;
      expect(shape, name).toEqual(dueShape);
      if (!data.equals(due)) throw new Error(`${name} differs from its part of the collage`);
    });
  });

  test("every sidecar is the record, without the path on somebody's disk", async () => {
    const { stdout } = await run('fc-lst2csv', [folder, '--format', 'ndjson']);
    const records = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const sidecars = entries.filter(({ name }) => name.endsWith('.json'));
    sidecars.forEach(({ bytes }, index) => {
      const { directory, ...published } = records[index];
      expect(Object.entries(JSON.parse(bytes.toString()))).toEqual(Object.entries(published));
      expect(bytes.includes(directory)).toBe(false);
      expect(bytes.at(-1)).toBe('\n'.charCodeAt(0));
    });
  });

  test('CSV gives the same tar, byte for byte', () => {
    expect(byCsv).toMatchObject({ status: 0, stderr: '' });
    expect(byCsv.stdout.equals(tar.stdout)).toBe(true);
  });

  if (expected.masks)
    test('every mask is that part of the mask collage, as a PNG of one channel', async () => {
      const collage = collagesOf(folder);
      const masks = entries.filter(({ name }) => name.endsWith('.mask.png'));
      for (const [index, { name, bytes }] of masks.entries()) {
        const file = listed.texts[index]!.collage_file!.replace('.tif', '_bin.tif');
        const due = cropOf(collage(file), listed.rows[index] as unknown as Place);
        const image = sharp(bytes);
        const { format, channels } = await image.metadata();
        expect([format, channels]).toEqual(['png', 1]);
        const { data, info } = await image.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
        expect([info.width, info.height]).toEqual([due.width, due.height]);
        if (!data.equals(due.data)) throw new Error(`${name} differs from its part of the mask collage`);
      }
    });
}

describe('a simulated run of a mono camera, saved again, of several collages', () => {
  const name = 'Mere 54.3500_-2.9400';
  keepsItsPromises(() => simulate({ name, particles: 150, fields: 53, resaved: true, collageSize: 256 }), {
    particles: 150,
    name,
    masks: false,
  });
});

describe('a simulated run of 57 fields', () => {
  keepsItsPromises(() => simulate({ particles: 60, fields: 57, seed: 2 }), {
    particles: 60,
    name: 'run',
    masks: false,
  });
});

describe('a simulated run of a colour camera with masks', () => {
  keepsItsPromises(
    () => simulate({ particles: 120, fields: 65, masks: true, collageSize: 256, utcOffset: '+02:00' }),
    {
      particles: 120,
      name: 'run',
      masks: true,
    },
  );
});

describeReal('a re-saved run of a mono camera', () => {
  keepsItsPromises(() => realRuns.tank25, {
    particles: 8976,
    name: '19_10_Tank25_blanksremoved',
    masks: false,
  });
});

describeReal('a run whose list was rewritten by a script', () => {
  keepsItsPromises(() => realRuns.meso, {
    particles: 475,
    name: 'MicrobialMethane_MESO_Tank10_54.0143_-2.7770_04052023_1',
    masks: false,
  });
});

describeReal('a run of a colour camera with masks', () => {
  keepsItsPromises(() => realRuns.pygsuia, {
    particles: 1000,
    name: '7-Pygsuia-SF-SW-NITRATE-day5-sample3-replicate3-08April2024',
    masks: true,
  });
});
