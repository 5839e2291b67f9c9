import { beforeAll, describe, expect, test } from 'vitest';
import { command as decollage } from '../../src/commands/decollage.js';
import { command as exif } from '../../src/commands/exif.js';
import { command as lst2csv } from '../../src/commands/lst2csv.js';
import { command as simulate } from '../../src/commands/simulate.js';
import { command as upload } from '../../src/commands/upload.js';
import { ExampleFolder, programsIn } from '../support/examples.js';
import { run, shell } from '../support/programs.js';
import { testWith } from '../support/requirements.js';

const commands = [lst2csv, decollage, exif, upload, simulate];

describe('--help', () => {
  let folder: ExampleFolder;

  beforeAll(async () => {
    folder = await ExampleFolder.make();
    await folder.run('fc-lst2csv RUN > metadata.csv');
    await folder.run(
      'fc-decollage --directory RUN < metadata.csv | tee vignettes.tar | tar x --one-top-level=vignettes',
    );
  });

  for (const { name, examples, options } of commands) {
    test(`of ${name} opens with examples and names every option`, async () => {
      const { stdout, status } = await run(name, ['--help']);
      expect(status).toBe(0);
      const [, second] = stdout.toString().split('\n\n');
      expect(second!.split('\n')).toEqual(['Examples:', ...examples]);
      for (const option of Object.keys(options)) expect(stdout.toString()).toContain(`--${option} `);
    });
    testWith(['script', 'stty'], `of ${name} is the same page in a terminal, as wide as that`, async () => {
      const page = async (columns: number) => {
        const { stdout } = await shell(`script -qec 'stty cols ${columns}; ${name} --help' /dev/null`);
        return stdout.toString().replaceAll('\r\n', '\n');
      };
      expect(await page(110)).toBe((await run(name, ['--help'])).stdout.toString());
      const options = (await page(70)).split('\n').filter((line) => line.startsWith('  '));
      expect(Math.max(...options.map((line) => line.length))).toBeLessThanOrEqual(70);
    });
    for (const line of examples) {
      // Examples name a count that fits somebody's run; ours has 120 particles.
      const fitting = line.replace(/--expect \d+/, '--expect 120');
      testWith(programsIn(line), `of ${name} has an example that works: ${line}`, async () => {
        await folder.run(fitting);
      });
    }
  }
});
