/**
 * The three steps from a run to tagged vignettes, chained in one process: no pipe and no tar between them.
 *
 * `node one-process.js RUN > vignettes.tar` writes the same bytes as the three commands.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tagger } from '../src/exif/tagger.js';
import { CollageShelf } from '../src/flowcam/collage-shelf.js';
import { type DecollageSettings, decollage } from '../src/flowcam/decollage.js';
import { listOf } from '../src/flowcam/find-lists.js';
import { openRun } from '../src/flowcam/run.js';
import { defaultPattern } from '../src/flowcam/run-name.js';
import { recordMaker } from '../src/flowcam/run-records.js';
import { dateFormat } from '../src/flowcam/sampling-values.js';
import { DEFAULT_TEMPLATE, nameMaker } from '../src/flowcam/vignette-name.js';
import { silentReport } from '../src/report.js';
import { defaultJobs } from '../src/shell/options.js';
import { noSkips } from '../src/skips.js';
import { Output } from '../src/streams/output.js';
import type { RecordPart } from '../src/streams/record-reader.js';
import { VignetteWriter } from '../src/streams/vignette-stream.js';
import { root } from './places.js';

// As the commands have it.
Buffer.poolSize = 2 ** 20;

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

async function* records(folder: string): AsyncGenerator<RecordPart[]> {
  const run = await openRun(await listOf(folder));
  const record = recordMaker(run);
  for await (const batch of run.parts)
    yield batch.flatMap((part): RecordPart[] => {
      if ('bad' in part) throw part.bad;
      return 'row' in part ? [{ record: record(part.row), line: part.row.index + 1 }] : [];
    });
}

const settings: DecollageSettings = {
  name: nameMaker(DEFAULT_TEMPLATE),
  encoding: { format: 'tif', compression: 'none', quality: 95 },
  grey: false,
  jobs: defaultJobs(),
};
const tagger = new Tagger(
  {
    given: {},
    pattern: defaultPattern(dateFormat('DDMMYYYY'), false),
    altitude: false,
    record: true,
    toolkit: `flowcam-toolkit ${version}`,
  },
  silentReport,
);
const writer = new VignetteWriter(new Output(process.stdout));
const shelf = new CollageShelf({ masks: false, note() {} });
for await (const batch of decollage(records(process.argv[2]!), shelf, settings, noSkips, silentReport))
  for (const vignette of batch) await writer.write(await tagger.tag(vignette, (file) => ({ file })));
await writer.end();
