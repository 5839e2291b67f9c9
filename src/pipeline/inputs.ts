/**
 * What the targets of a run are made from: its files and the settings. `inputs.json` keeps it for people to read,
 * and a digest of it tells whether a target is up to date. Clocks have no say: times of files are compared with
 * what they were, never with each other, so that a share whose clock is wrong does no harm.
 */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorCode, inputError, systemReason, ToolError } from '../errors.js';
import { describeRun } from '../flowcam/run.js';
import { silentReport } from '../report.js';
import { maxFields, maxFileBytes, maxLineBytes } from '../shell/options.js';
import { readNamedFile } from '../streams/bounded-file.js';
import { toolkitVersion } from '../version.js';
import { optionAmong } from './option-words.js';
import type { Settings } from './settings.js';
import type { Target } from './targets.js';

export interface InputFile {
  name: string;
  /** Bytes. */
  size: number;
  /** Seconds since 1970, to the nanosecond. */
  mtime: string;
}

export interface Inputs {
  toolkit: string;
  /** The name VisualSpreadsheet gave the run, or RUN_NAME. */
  run: string;
  /** Absolute path of its folder. A run that was moved is the same run, but its folder's name counts. */
  directory: string;
  /** Its list, a file in that folder. */
  list: string;
  /** The list, the collages and masks, the context and the run summary. */
  files: InputFile[];
  /** What each target is made with besides. */
  settings: Record<Target, Record<string, unknown>>;
}

/**
 * Looks at a run as it is now.
 *
 * @param list path of its list
 * @throws an input error where the list cannot be read
 */
export async function collectInputs(list: string, settings: Settings): Promise<Inputs> {
  const { name, directory, folder } = await describeRun(list, settings.runName, {
    // What the commands are told to take must not fail here.
    lineBytes: optionAmong(settings.lst2csvOptions, 'max-line-bytes', maxLineBytes),
    fields: optionAmong(settings.lst2csvOptions, 'max-fields', maxFields),
    fileBytes: optionAmong(settings.lst2csvOptions, 'max-file-bytes', maxFileBytes),
  });
  const listName = basename(list);
  const names = (await readdir(directory!)).filter((file) => file === listName || isSideFile(file)).sort();
  const files = await Promise.all(names.map((file) => describeFile(directory!, file)));
  return {
    toolkit: toolkitVersion(),
    run: name,
    directory: directory!,
    list: listName,
    files: files.filter((file) => file !== undefined),
    settings: {
      'metadata.csv': { options: settings.lst2csvOptions },
      'vignettes.tar': {
        decollage: settings.decollageOptions,
        exif: settings.exifOptions,
        sampling: await samplingOf([name, folder!], settings),
      },
      's3_upload_complete.txt': {
        bucket: settings.bucket,
        prefix: settings.prefix,
        api: settings.apiUrl,
        endpoint: await endpointOf(settings),
        options: settings.uploadOptions,
      },
    },
  };
}

/** A digest for each target of all that it depends on. */
export function inputDigests(inputs: Inputs): Record<Target, string> {
  const { toolkit, run, directory, list, files, settings } = inputs;
  const folder = basename(directory);
  const listed = files.filter(({ name }) => name === list);
  const metadata = digest([toolkit, run, folder, listed, settings['metadata.csv']]);
  const vignettes = digest([metadata, files, settings['vignettes.tar']]);
  const upload = digest([vignettes, settings['s3_upload_complete.txt']]);
  return { 'metadata.csv': metadata, 'vignettes.tar': vignettes, 's3_upload_complete.txt': upload };
}

/** What differs between two looks at a run, in a few words each. */
export function changes(before: Inputs, now: Inputs): string[] {
  const words: string[] = [];
  if (before.toolkit !== now.toolkit) words.push(`toolkit ${now.toolkit} instead of ${before.toolkit}`);
  if (before.run !== now.run) words.push(`the run is called ${now.run} instead of ${before.run}`);
  if (basename(before.directory) !== basename(now.directory))
    words.push(`the folder is called ${basename(now.directory)}`);
  const [was, is] = [byName(before.files), byName(now.files)];
  for (const [name, file] of is) {
    const old = was.get(name);
    if (old === undefined) words.push(`${name} is new`);
    else if (JSON.stringify(old) !== JSON.stringify(file)) words.push(`${name} changed`);
  }
  for (const name of was.keys()) if (!is.has(name)) words.push(`${name} is gone`);
  for (const [target, settings] of Object.entries(now.settings))
    if (JSON.stringify(settings) !== JSON.stringify(before.settings[target as Target]))
      words.push(`other settings for ${target}`);
  return words;
}

const byName = (files: InputFile[]) => new Map(files.map((file) => [file.name, file]));

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** Collages and masks (all TIFFs but whole camera frames and calibration images), context and run summary. */
const isSideFile = (name: string): boolean =>
  !name.startsWith('.') &&
  /(\.tiff?|\.ctx|_run_summary\.txt)$/i.test(name) &&
  !/^(rawfile|cal_image)_/i.test(name);

async function describeFile(directory: string, name: string): Promise<InputFile | undefined> {
  try {
    const { size, mtimeNs } = await stat(join(directory, name), { bigint: true });
    return { name, size: Number(size), mtime: seconds(mtimeNs) };
  } catch (cause) {
    // A link that leads nowhere, or a file taken away just now: it is not there.
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw inputError(systemReason(cause), { file: join(directory, name), cause });
  }
}

/** Nanoseconds as seconds with nine decimals. */
export function seconds(nanoseconds: bigint): string {
  const [whole, part] = [nanoseconds / 1_000_000_000n, nanoseconds % 1_000_000_000n];
  return `${nanoseconds < 0n && whole === 0n ? '-' : ''}${whole}.${String(part < 0n ? -part : part).padStart(9, '0')}`;
}

/** What the table of positions says of this run: a row more for another run is no change for this one. */
async function samplingOf(names: string[], { metadata: table, exifOptions }: Settings): Promise<unknown> {
  if (table === undefined) return undefined;
  const { readMetadataTable } = await import('../flowcam/metadata-table.js');
  const most = optionAmong(exifOptions, 'max-file-bytes', maxFileBytes);
  const text = await readNamedFile(table, { most, hint: 'look at METADATA' });
  return readMetadataTable(text, table).find(names);
}

/**
 * Where uploads go as the environment, `.env` and profiles say; what is not to be told from them (or not at all, in
 * which case fc-upload will say so) is in the options, if anywhere. Keys are none of this.
 */
async function endpointOf({ bucket, apiUrl, envFile }: Settings): Promise<string | undefined> {
  if (bucket === undefined || apiUrl !== undefined) return undefined;
  const [{ Variables }, { findS3Address }] = await Promise.all([
    import('../store/variables.js'),
    import('../store/s3-address.js'),
  ]);
  try {
    const environment = process.env;
    const variables = await Variables.read(environment, envFile, silentReport);
    const nothingTyped = { endpoint: undefined, region: undefined, profile: undefined };
    return (await findS3Address(variables, { bucket, ...nothingTyped, environment })).endpoint;
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}
