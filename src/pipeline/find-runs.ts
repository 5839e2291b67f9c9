/** Finds the runs that a person means by RUN or RUNS, and refuses those that would share a folder. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { errorCode, inputError, systemReason, ToolError, usageError } from '../errors.js';
import { findLists, listOf } from '../flowcam/find-lists.js';
import { collectInputs, type Inputs } from './inputs.js';
import { checkOut, safeName } from './out-folder.js';
import type { Settings } from './settings.js';

/** A run that the pipeline can work on. */
export interface UsableRun {
  title: string;
  /** Where its targets go: `OUT/<safe name>`. */
  folder: string;
  inputs: Inputs;
}

/** A run, or a folder, that it cannot work on, and why. */
export interface UnusableRun {
  title: string;
  error: ToolError;
}

export type FoundRun = UsableRun | UnusableRun;

/**
 * The run that RUN names.
 *
 * @throws an input or usage error where it cannot be used
 */
export async function findRun(settings: Settings): Promise<UsableRun> {
  const out = checkOut(settings.out);
  if (settings.run === undefined)
    throw usageError('RUN is not set', {
      hint: 'name a run folder: RUN=…, or all below a folder: all RUNS=…',
    });
  return useRun(await listOf(settings.run, (list) => `make run OUT=${out} RUN=${list}`), out, settings);
}

/**
 * The runs below RUNS, in the order of their paths; those that cannot be used are among them.
 *
 * @throws a usage error for settings that cannot be, an input error where there is no run at all
 */
export async function findAllRuns(settings: Settings): Promise<FoundRun[]> {
  const out = checkOut(settings.out);
  if (settings.runs === undefined)
    throw usageError('RUNS is not set', { hint: 'name a folder of run folders: RUNS=…, or one: run RUN=…' });
  if (settings.runName !== undefined)
    throw usageError('RUN_NAME names one run', { hint: 'use it with make run RUN=…' });
  const found: FoundRun[] = [];
  for await (const one of findLists(settings.runs, (list) => `make run OUT=${out} RUN=${list}`)) {
    if ('error' in one) found.push({ title: title(one.folder, settings.runs), error: one.error });
    else found.push(await tryRun(one.list, out, settings));
  }
  if (found.length === 0)
    throw inputError('there is no list (.lst or .flb) below this folder', { file: settings.runs });
  return refuseTwins(found, settings.runs);
}

async function tryRun(list: string, out: string, settings: Settings): Promise<FoundRun> {
  try {
    return await useRun(list, out, settings);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { title: title(dirname(list), settings.runs!), error };
  }
}

/** What cannot be used is called by its path below RUNS. */
const title = (folder: string, runs: string): string => relative(resolve(runs), resolve(folder)) || folder;

async function useRun(list: string, out: string, settings: Settings): Promise<UsableRun> {
  const inputs = await collectInputs(list, settings);
  const folder = join(out, safeName(inputs.run));
  const within = relative(await realpath(inputs.directory), await futurePath(folder));
  if (within !== '..' && !within.startsWith(`..${sep}`))
    throw usageError(`OUT lies in the run's own folder: ${out}`, {
      file: inputs.directory,
      hint: 'nothing is written beside raw data; choose a folder outside',
    });
  await refuseOtherRun(folder, inputs);
  return { title: inputs.run, folder, inputs };
}

/** The real path of a folder that may not be there yet. */
async function futurePath(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    if (!isAbsence(error)) throw error;
    return join(await futurePath(dirname(absolute)), basename(absolute));
  }
}

/** What was made from one run is not overwritten by another of the same name; a run that was moved is no other. */
async function refuseOtherRun(folder: string, inputs: Inputs): Promise<void> {
  const before = await readInputs(folder);
  if (before === undefined) return;
  const [old, now] = [join(before.directory, before.list), join(inputs.directory, inputs.list)];
  const [oldFile, nowFile] = await Promise.all([old, now].map((path) => stat(path).catch(() => undefined)));
  if (oldFile === undefined || (oldFile.dev === nowFile?.dev && oldFile.ino === nowFile.ino)) return;
  throw twin(inputs.run, now, old);
}

/** The inputs as last written down; undefined where there are none. */
export async function readInputs(folder: string): Promise<Inputs | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'inputs.json'), 'utf8')) as Inputs;
  } catch (error) {
    if (isAbsence(error) || error instanceof SyntaxError) return undefined;
    throw inputError(systemReason(error), { file: join(folder, 'inputs.json'), cause: error });
  }
}

const isAbsence = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');

function refuseTwins(found: FoundRun[], runs: string): FoundRun[] {
  const byFolder = new Map<string, UsableRun[]>();
  for (const one of found)
    if ('folder' in one) byFolder.set(one.folder, [...(byFolder.get(one.folder) ?? []), one]);
  return found.map((one) => {
    const other = 'folder' in one && byFolder.get(one.folder)!.find((twin) => twin !== one);
    if (!other) return one;
    const [path, otherPath] = [one, other].map(({ inputs }) => join(inputs.directory, inputs.list));
    return { title: title(one.inputs.directory, runs), error: twin(one.inputs.run, path!, otherPath!) };
  });
}

const twin = (run: string, list: string, other: string): ToolError =>
  usageError(`this run is called ${run}, and so is ${other}`, {
    file: list,
    hint: 'make one of them by itself under a name of its own: make run RUN=… RUN_NAME=… (fc-lst2csv --run)',
  });
