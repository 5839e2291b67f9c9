import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inputError, usageError } from '../errors.js';
import { type DecollageSettings, decollage } from '../flowcam/decollage.js';
import { DEFAULT_TEMPLATE, type NameMaker, nameMaker } from '../flowcam/vignette-name.js';
import { COMPRESSIONS, type Encoding, FORMATS } from '../image/encode-vignette.js';
import { counted } from '../report.js';
import { defineCommand } from '../shell/command.js';
import {
  allowEmpty,
  defaultJobs,
  expect,
  flag,
  integer,
  jobs,
  maxFields,
  maxFileBytes,
  maxLineBytes,
  maxPixels,
  onError,
  oneOf,
  skipped,
  text,
  value,
  valueOr,
} from '../shell/options.js';
import { Output } from '../streams/output.js';
import { type RecordPart, readRecords } from '../streams/record-reader.js';
import type { VignetteSink } from '../streams/vignette.js';
import { VignetteFolder } from '../streams/vignette-files.js';
import { VignetteWriter } from '../streams/vignette-stream.js';

const options = {
  directory: value('RUN', 'the run (folder or list) that the collages belong to; needed for CSV', text),
  format: valueOr(
    'tif',
    FORMATS.join('|'),
    'format of the vignettes, and their extension',
    oneOf(...FORMATS),
  ),
  compression: value('none|deflate|lzw', 'packing of TIFF (default: none)', oneOf(...COMPRESSIONS)),
  quality: value('1-100', 'quality of JPEG (default: 95)', integer(1, 100)),
  name: value(
    'TEMPLATE',
    `names of the vignettes (default: ${DEFAULT_TEMPLATE}); {field}, {field:slug}, {number}`,
    text,
  ),
  'experiment-name': value('X', 'short for --name X_{index}', text),
  'output-directory': value('DIR', 'write files into DIR instead of a tar to stdout', text),
  grey: flag('one channel, where the three are equal as from a mono camera; an error where they differ'),
  masks: flag('write NAME.mask.png beside each vignette, from the _bin collages'),
  'on-error': onError,
  skipped,
  expect,
  'allow-empty': allowEmpty,
  jobs,
  'max-line-bytes': maxLineBytes,
  'max-fields': maxFields,
  'max-file-bytes': maxFileBytes,
  'max-pixels': maxPixels,
};

export const command = defineCommand({
  name: 'fc-decollage',
  summary: 'cuts the vignettes of particle records out of their collages',
  examples: [
    'fc-lst2csv RUN --format ndjson | fc-decollage > vignettes.tar',
    'fc-decollage --directory RUN < metadata.csv > vignettes.tar',
    'fc-lst2csv RUN --format ndjson | fc-decollage --format png --output-directory vignettes',
    "fc-lst2csv RUN --format ndjson | fc-decollage --name '{run:slug}_{index}' > webdataset.tar",
  ],
  operands: '< RECORDS',
  notes:
    'RECORDS are NDJSON or CSV from fc-lst2csv, filtered as you like. Pixels come out exactly as they are in the ' +
    'collage (JPEG is lossy).\n' +
    'In --name, {field:slug} turns all but letters, digits, _ and - into -. WebDataset takes the first dot of a name ' +
    'for the start of its extension, and run names may hold dots: use {run:slug} for it.',
  options,
  readsInput: () => true,
  writesOutput: ({ options }) => options['output-directory'] === undefined,
  binaryOutput: ({ options }) => options['output-directory'] === undefined,

  async run({ options, operands, input, output: stdout, report, skips, signal }) {
    if (operands.length > 0)
      throw usageError(`records come on stdin, not as "${operands[0]}"`, {
        hint: 'type fc-lst2csv RUN --format ndjson | fc-decollage',
      });
    const settings = settingsOf(options);
    const { CollageShelf } = await import('../flowcam/collage-shelf.js');
    const shelf = new CollageShelf({
      masks: options.masks,
      mostPixels: options['max-pixels'],
      note: (text) => report.note(text),
    });
    const folder = options['output-directory'];
    const writer: VignetteSink =
      folder === undefined ? new VignetteWriter(new Output(stdout, signal)) : new VignetteFolder(folder);
    if (settings.encoding.format.startsWith('jp'))
      report.note('JPEG is lossy: pixels are not exactly those of the collage');

    const parts = readRecords(input, {
      directory: options.directory,
      limits: {
        lineBytes: options['max-line-bytes'],
        fields: options['max-fields'],
        fileBytes: options['max-file-bytes'],
      },
      note: (text) => report.note(text),
    });
    let [vignettes, pixels] = [0, 0];
    const records = folder === undefined ? parts : sparing(folder, parts);
    for await (const batch of decollage(records, shelf, settings, skips, report)) {
      for (const vignette of batch) {
        signal.throwIfAborted();
        const full = writer.write(vignette);
        if (full !== undefined) await full;
        vignettes += 1;
        pixels += vignette.image.bytes.length;
      }
      report.progress(`${vignettes} vignettes`);
    }
    if (options.expect !== undefined && vignettes !== options.expect)
      throw inputError(`${vignettes} vignettes where --expect says ${options.expect}`, { file: 'stdin' });
    if (vignettes === 0 && skips.count === 0 && !options['allow-empty'])
      throw inputError('no records came in', {
        file: 'stdin',
        hint: 'look at the step before, or use --allow-empty',
      });
    await writer.end();
    report.summary(
      `${counted(vignettes, 'vignette')} from ${counted(shelf.decoded - shelf.decodedAgain, 'collage')}, ${(pixels / 1e6).toFixed(1)} MB`,
    );
  },
});

/**
 * Raw data stay as they are: a folder that collages come from takes no vignettes.
 *
 * @throws a usage error for records whose collages lie in `folder`
 */
async function* sparing(folder: string, parts: AsyncIterable<RecordPart[]>): AsyncGenerator<RecordPart[]> {
  const realPath = (path: string) => realpath(path).catch(() => resolve(path));
  let last: unknown;
  for await (const batch of parts) {
    for (const part of batch) {
      if ('bad' in part || part.record.directory === last) continue;
      last = part.record.directory;
      if (typeof last === 'string' && (await realPath(last)) === (await realPath(folder)))
        throw usageError(`--output-directory ${folder} is the run's own folder`, {
          hint: 'nothing is written among raw data: name another folder',
        });
    }
    yield batch;
  }
}

function settingsOf(given: {
  name: string | undefined;
  'experiment-name': string | undefined;
  format: Encoding['format'];
  compression: Encoding['compression'] | undefined;
  quality: number | undefined;
  grey: boolean;
  jobs: number | undefined;
}): DecollageSettings {
  const { format, compression = 'none', quality = 95, grey } = given;
  const experiment = given['experiment-name'];
  if (given.name !== undefined && experiment !== undefined)
    throw usageError('--name and --experiment-name say the same: give one of them');
  if (given.compression !== undefined && format !== 'tif')
    throw usageError('--compression is for --format tif');
  if (given.quality !== undefined && !format.startsWith('jp'))
    throw usageError('--quality is for --format jpeg');
  // The experiment's name is taken as it is: a brace in it is no field.
  const name =
    experiment === undefined ? nameMaker(given.name ?? DEFAULT_TEMPLATE) : experimentNames(experiment);
  return { name, encoding: { format, compression, quality }, grey, jobs: given.jobs ?? defaultJobs() };
}

function experimentNames(experiment: string): NameMaker {
  const name = nameMaker('{experiment}_{index}');
  return (record, number) => name({ experiment, index: record.index }, number);
}
