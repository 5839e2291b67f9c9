/**
 * Makes one target: runs its recipe, a line of bash, from the target before it into a file under way, and gives
 * that its name only when every program of the line succeeded and the run is still as it was at the start.
 */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { inputError, outputError, systemReason, usageError } from '../errors.js';
import type { Report } from '../report.js';
import { toolkitFolder } from '../toolkit-folder.js';
import { readInputs } from './find-runs.js';
import { collectInputs, inputDigests } from './inputs.js';
import { lock } from './lock.js';
import { COMPANIONS, findMade, logPath, openMade, placeMade, STATE } from './made.js';
import { acceptable } from './prepare.js';
import { type RecipeEnd, runRecipe } from './recipe.js';
import type { Settings } from './settings.js';
import { SkipLists } from './skip-lists.js';
import { isTarget, type Target, upstreamOf } from './targets.js';
import { underWay } from './under-way.js';

/** A recipe whose programs did not all succeed; the message names the first of them, and its last words. */
export class RecipeFailed extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Circumstances {
  settings: Settings;
  report: Report;
  /** Gets what the programs say. */
  onLine: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Makes a target unless it is up to date.
 *
 * @param path the target: `OUT/<safe name>/vignettes.tar`
 * @param line the recipe: its stdin is the target before this one, its stdout the target, or receipts
 * @throws RecipeFailed; an input error where the run changed meanwhile; an output error
 */
export async function makeTarget(path: string, line: string, circumstances: Circumstances): Promise<void> {
  const { settings, report, signal } = circumstances;
  const [folder, target] = [dirname(path), basename(path)];
  if (!isTarget(target)) throw usageError(`${path} is none of the pipeline's targets`);
  const known = await readInputs(folder);
  if (known === undefined)
    throw inputError('it is not known which run this is made from', {
      file: path,
      hint: 'begin with make run RUN=… OUT=…',
    });
  const look = () => collectInputs(join(known.directory, known.list), settings);
  const release = await lock(join(folder, STATE, 'lock'), signal, () =>
    report.note(`${path}: another make seems to be at it; waiting for it (FC_LOCK_WAIT seconds at most)`),
  );
  try {
    const inputs = await look();
    const digests = inputDigests(inputs);
    const made = await findMade(folder, target, digests[target]);
    if (made !== undefined && acceptable(made, settings)) return;
    const list = join(inputs.directory, inputs.list);
    await work({ target, folder, line, digests, list }, circumstances, async () => {
      if (inputDigests(await look())[target] === digests[target]) return;
      throw inputError('the run changed while it was read', {
        file: inputs.directory,
        hint: 'wait until all of it is copied, then run make again',
      });
    });
  } finally {
    release();
  }
}

interface Task {
  target: Target;
  folder: string;
  line: string;
  digests: Record<Target, string>;
  /** Path of the run's list. */
  list: string;
}

async function work(
  { target, folder, line, digests, list }: Task,
  { settings, onLine, signal }: Circumstances,
  checkRun: () => Promise<void>,
): Promise<void> {
  const desk = join(folder, STATE, underWay());
  const upstream = upstreamOf(target);
  const from = upstream && (await openMade(folder, upstream, digests[upstream]));
  if (upstream !== undefined && from === undefined)
    throw inputError('this is not what the present settings make', {
      file: join(folder, upstream),
      hint: 'another make may be at work with other settings; run make again',
    });
  try {
    await rm(desk, { recursive: true, force: true });
    await mkdir(desk);
    const uploads = target === 's3_upload_complete.txt';
    const companion = join(desk, COMPANIONS[target]);
    const skippedBefore = from?.made.skipped ?? 0;
    const stdout = await open(uploads ? companion : join(desk, target), 'wx');
    const skipLists = new SkipLists(desk, !uploads && settings.onError === 'skip');
    const ended = await runRecipe(
      {
        line,
        stdin: from?.file.fd,
        stdout: stdout.fd,
        variables: {
          LIST: list,
          BUCKET: settings.bucket ?? '',
          CONFIRM: join(desk, target),
          PATH: `${join(toolkitFolder, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
        },
        words: optionsOf(settings, skipLists, skippedBefore),
      },
      logPath(folder, target),
      onLine,
      signal,
    )
      // Some disks tell of a failure only now.
      .then(async (end) => {
        await stdout.sync().catch((cause) => {
          throw outputError(`cannot write: ${systemReason(cause)}`, { file: join(folder, target), cause });
        });
        return end;
      })
      .finally(() => stdout.close());
    // Receipts are true whatever became of the rest; they name what was not stored.
    if (uploads) await rename(companion, join(folder, COMPANIONS[target]));
    const skipped = await skipLists.judge(ended.statuses, companion);
    if (skipped === undefined) throw failure(target, line, ended);
    await checkRun();
    if (skipLists.wanted) await rename(companion, join(folder, COMPANIONS[target]));
    await placeMade(folder, target, join(desk, target), {
      inputs: digests[target],
      skipped: skippedBefore + skipped,
    });
  } finally {
    await from?.file.close();
    await rm(desk, { recursive: true, force: true }).catch(() => {});
  }
}

/** The options of each command, as bash arrays for the recipes. */
function optionsOf(
  settings: Settings,
  skipLists: SkipLists,
  skippedBefore: number,
): Record<string, string[]> {
  const option = (name: string, value: string | undefined) =>
    value === undefined ? [] : [`${name}=${value}`];
  return {
    LST2CSV_OPTIONS: [
      ...option('--run', settings.runName),
      ...skipLists.optionsFor('fc-lst2csv'),
      ...settings.lst2csvOptions,
    ],
    DECOLLAGE_OPTIONS: [...skipLists.optionsFor('fc-decollage'), ...settings.decollageOptions],
    EXIF_OPTIONS: [
      ...option('--metadata', settings.metadata),
      ...skipLists.optionsFor('fc-exif'),
      ...settings.exifOptions,
    ],
    UPLOAD_OPTIONS: [
      ...option('--prefix', settings.prefix),
      ...option('--api-url', settings.apiUrl),
      ...option('--env-file', settings.envFile),
      ...(skippedBefore > 0 ? ['--skipped-before', String(skippedBefore)] : []),
      ...settings.uploadOptions,
    ],
  };
}

/** Which program of a recipe failed first in the pipe (those after it fail for want of input), and its last words. */
function failure(target: Target, line: string, { statuses, words }: RecipeEnd): RecipeFailed {
  const most = Math.max(...statuses);
  const at = statuses.findIndex((status) => status > Math.min(1, most - 1));
  const program = [...line.matchAll(/\bfc-[a-z0-9]+/g)][at]?.[0] ?? 'bash';
  const status = statuses[at]!;
  const said = words.findLast((one) => one.startsWith(`${program}: `)) ?? words.at(-1);
  const end = status > 128 ? `was ended by signal ${status - 128}` : `ended with status ${status}`;
  return new RecipeFailed(
    status,
    `${target} is not made: ${program} ${end}${said === undefined ? '' : `: ${said}`}`,
  );
}
