import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ExampleFolder, programsIn } from '../support/examples.js';
import { root, shell } from '../support/programs.js';
import { testWith } from '../support/requirements.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The first block of shell under a heading. */
function blockUnder(heading: string): string {
  const section = readme.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;
  return /```sh\n(.*?)```/s.exec(section)![1]!;
}

/** Title and line of each one-liner. */
const oneLiners = [...blockUnder('One-liners').matchAll(/^# (.+)\n(.+)$/gm)].map(
  ([, title, line]) => [title!, line!] as const,
);

/** The number of vignettes in an archive, as GNU tar lists it. */
async function vignettesIn(path: string): Promise<number> {
  const { stdout, status } = await shell(`tar tf '${path}' | grep -c '\\.tif$'`);
  expect(status).toBe(0);
  return Number(stdout.toString());
}

describe('the README', () => {
  let folder: ExampleFolder;
  const file = (name: string) => join(folder.path, name);

  beforeAll(async () => {
    folder = await ExampleFolder.make();
    await folder.run(blockUnder('A first real run').replace('RUN=path/to/run', 'RUN=RUN'));
  });

  test('shows a first real run that works', async () => {
    expect(readFileSync(file('metadata.csv'), 'utf8').trim().split('\n')).toHaveLength(121);
    expect(await vignettesIn(file('vignettes.tar'))).toBe(120);
    const receipts = readFileSync(file('receipts.ndjson'), 'utf8').trim().split('\n');
    expect(receipts.map((line) => JSON.parse(line).status)).toEqual(Array(120).fill('uploaded'));
    expect(existsSync(file('s3_upload_complete.txt'))).toBe(true);
  });

  test('has ten one-liners', () => {
    expect(oneLiners).toHaveLength(10);
  });

  const results: Record<string, () => Promise<void>> = {
    'only particles above 50 µm': async () => {
      const [header, ...rows] = readFileSync(file('metadata.csv'), 'utf8').trim().split('\n');
      const column = header!.split(',').indexOf('abd_diameter');
      const large = rows.filter((row) => Number(row.split(',')[column]) > 50);
      expect(await vignettesIn(file('large.tar'))).toBe(large.length);
    },
    'the hundred largest': async () => expect(await vignettesIn(file('largest.tar'))).toBe(100),
    'a contact sheet of the forty-eight largest': async () =>
      expect(readFileSync(file('sheet.png')).subarray(1, 4).toString()).toBe('PNG'),
    'ten runs at once': async () => {
      const tars = readdirSync(folder.path).filter(
        (name) => name.startsWith('Lake_') && name.endsWith('.tar'),
      );
      expect(await Promise.all(tars.map((name) => vignettesIn(file(name))))).toEqual([120, 120, 120]);
    },
    'every run of a cruise, with file targets, four at a time; a second time does only what changed':
      async () => {
        const runs = readdirSync(file('out')).filter((name) => existsSync(file(`out/${name}/vignettes.tar`)));
        expect(runs).toHaveLength(3);
      },
    'WebDataset shards of 250 vignettes, shuffled': async () =>
      expect(await vignettesIn(file('shard-00.tar'))).toBe(120),
  };

  for (const [title, line] of oneLiners)
    testWith(programsIn(line), `has a one-liner that works: ${title}`, async () => {
      const { stdout } = await folder.run(line);
      if (results[title] !== undefined) await results[title]();
      else if (title.startsWith('count'))
        expect(stdout.toString()).toMatch(/collage_file +count\n.*\.tif +\d+/);
      else if (title.startsWith('the median')) expect(stdout.toString()).toMatch(/esd_diameter_count +120/);
    });
});
