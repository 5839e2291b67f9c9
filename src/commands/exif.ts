import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inputError, ToolError, usageError } from '../errors.js';
import { describeVignette } from '../exif/describe-tags.js';
import { Tagger } from '../exif/tagger.js';
import { counted, type Report } from '../report.js';
import { defineCommand } from '../shell/command.js';
import {
  allowEmpty,
  expect,
  flag,
  maxEntryBytes,
  maxFileBytes,
  maxHeaderBytes,
  type Option,
  type OptionValues,
  onError,
  skipped,
  text,
  value,
} from '../shell/options.js';
import { describeError } from '../shell/print-error.js';
import { failureLine } from '../streams/ndjson.js';
import { Output } from '../streams/output.js';
import type { Vignette, VignetteSink } from '../streams/vignette.js';
import { VignetteFolder } from '../streams/vignette-files.js';
import { type NamedVignette, vignettesAmong, vignettesOf } from '../streams/vignette-operands.js';
import { VignetteWriter } from '../streams/vignette-stream.js';
import { settingsOf, tagOptions } from './exif-options.js';

/** Options about what is written; `--read` has no use for any of them. */
const writing = {
  ...tagOptions,
  'output-directory': value('DIR', 'write files into DIR instead of a tar to stdout', text),
};

const options = {
  ...writing,
  read: flag('print the tags of images as NDJSON, and write no image'),
  'on-error': onError,
  skipped,
  expect,
  'allow-empty': allowEmpty,
  'max-entry-bytes': maxEntryBytes,
  'max-header-bytes': maxHeaderBytes,
  'max-file-bytes': maxFileBytes,
};

type Options = OptionValues<typeof options>;

export const command = defineCommand({
  name: 'fc-exif',
  summary: 'writes where, when and what into the EXIF tags of vignettes',
  examples: [
    'fc-lst2csv RUN --format ndjson | fc-decollage | fc-exif > vignettes.tar',
    'fc-exif --lat 54.0143 --lon -2.7770 --date 2023-05-04 --depth 5 < vignettes.tar > tagged.tar',
    'fc-exif --metadata stations.csv < vignettes.tar > tagged.tar',
    'fc-exif --depth 5 --output-directory tagged vignettes/*.tif',
    'fc-exif --read < vignettes.tar | jq .GPSLatitude',
  ],
  operands: '[FILE…]',
  notes:
    'Without FILE a vignette stream is read from stdin. FILE is an image; its sidecar NAME.json and mask ' +
    'NAME.mask.png are taken from beside it, and written with it.\n' +
    'What is true of one run (position, date, time, depth) is taken from the options, then from the row of the ' +
    "run (or of its folder) in the --metadata table, then from the run's name, its folder's name, and its record. " +
    'Tags of other programs stay as they are; tagging twice gives the same bytes as tagging once.',
  options,
  readsInput: ({ operands }) => operands.length === 0 || operands[0] === '-',
  writesOutput: ({ options }) => options.read || options['output-directory'] === undefined,
  binaryOutput: ({ options }) => !options.read && options['output-directory'] === undefined,

  async run({ options, operands, input, output: stdout, report, skips, signal }) {
    const fromStdin = operands.length === 0 || operands[0] === '-';
    if (fromStdin && operands.length > 1)
      throw usageError('- stands for stdin, and nothing can stand beside it');
    const output = new Output(stdout, signal);
    const files = fromStdin ? [] : operands;
    const step = options.read ? reading(options, output) : await tagging(options, { files, output, report });
    const limits = {
      maxEntryBytes: options['max-entry-bytes'],
      maxHeaderBytes: options['max-header-bytes'],
      maxFileBytes: options['max-file-bytes'],
    };
    let vignettes = 0;
    try {
      const batches = fromStdin
        ? vignettesOf(input, limits)
        : vignettesAmong(files, targetOf(options), limits).map((named) => [named]);
      for await (const batch of batches) {
        for (const named of batch) {
          signal.throwIfAborted();
          let vignette: Vignette | undefined;
          try {
            vignette = await named.load();
            await step.take(vignette, named);
            vignettes += 1;
          } catch (error) {
            if (!(error instanceof ToolError) || error.kind !== 'input') throw error;
            const { run, index } = vignette?.sidecar?.record ?? {};
            await skips.skip(error, { name: named.name, run, index } as { name: string });
          }
        }
        report.progress(`${vignettes} vignettes`);
      }
      const file = fromStdin ? { file: 'stdin' } : {};
      if (options.expect !== undefined && vignettes !== options.expect)
        throw inputError(`${counted(vignettes, 'vignette')} where --expect says ${options.expect}`, file);
      if (vignettes === 0 && skips.count === 0 && !options['allow-empty'])
        throw inputError('no vignettes came in', {
          ...file,
          hint: 'look at the step before, or use --allow-empty',
        });
      await step.end();
    } catch (error) {
      if (options.read && !signal.aborted) {
        await output.write(failureLine(describeError(error)));
        await output.flush();
      }
      throw error;
    }
    report.summary(`${counted(vignettes, 'vignette')} ${options.read ? 'read' : 'tagged'}`);
  },
});

function targetOf(options: Options): 'folder' | 'stream' | undefined {
  if (options.read) return undefined;
  return options['output-directory'] === undefined ? 'stream' : 'folder';
}

/** What is done with each vignette, and when all are done. */
interface Step {
  take(vignette: Vignette, from: NamedVignette): Promise<void>;
  end(): Promise<void>;
}

/** Prints tags. */
function reading(options: Options, output: Output): Step {
  for (const [name, { fallback }] of Object.entries<Option<unknown>>(writing))
    if (options[name as keyof Options] !== fallback)
      throw usageError(`--${name} is for writing tags, not for --read`);
  return {
    async take(vignette, { placeOf }) {
      for await (const tags of describeVignette(vignette, placeOf))
        await output.write(`${JSON.stringify(tags)}\n`);
    },
    end: () => output.flush(),
  };
}

/** Writes tags. */
async function tagging(
  options: Options,
  { files, output, report }: { files: string[]; output: Output; report: Report },
): Promise<Step> {
  const folder = options['output-directory'];
  const settings = await settingsOf(options, options['max-file-bytes'], report);
  if (folder !== undefined) await refuseOwnFolder(folder, files);
  const tagger = new Tagger(settings, report);
  const writer: VignetteSink = folder === undefined ? new VignetteWriter(output) : new VignetteFolder(folder);
  return {
    take: async (vignette, { placeOf }) => writer.write(await tagger.tag(vignette, placeOf)),
    end: () => writer.end(),
  };
}

/** Images are never changed where they are. */
async function refuseOwnFolder(folder: string, files: string[]): Promise<void> {
  const output = await realpath(folder).catch(() => undefined);
  if (output === undefined) return;
  for (const parent of new Set(files.map((path) => dirname(path))))
    if ((await realpath(parent).catch(() => undefined)) === output)
      throw usageError(`--output-directory ${folder} is where the images come from`, {
        hint: 'images are never changed in place: name another folder',
      });
}
