/** The first step of every make: sees what changed, takes away what is no longer true, and says what to make. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outputError, systemReason } from '../errors.js';
import type { Report } from '../report.js';
import { writeFileAtomically } from '../streams/atomic-file.js';
import { makeFolder } from '../streams/make-folder.js';
import { readInputs, type UsableRun } from './find-runs.js';
import { changes, inputDigests } from './inputs.js';
import { findMade, type Made, removeMade, STATE } from './made.js';
import type { MakeFlags } from './make-flags.js';
import type { Settings } from './settings.js';
import { TARGETS, type Target } from './targets.js';
import { removeLeftovers } from './under-way.js';

/** The last target that the settings ask for. */
export const lastTarget = ({ bucket }: Pick<Settings, 'bucket'>): Target =>
  bucket === undefined ? 'vignettes.tar' : 's3_upload_complete.txt';

/**
 * Prepares one run: rewrites `inputs.json` if anything differs, and removes each target that was made from other
 * inputs, with all that follow from it, so that a make that is killed leaves nothing that looks finished.
 *
 * @returns the target that make is to make, undefined where all is up to date
 */
export async function prepareRun(
  { title, folder, inputs }: UsableRun,
  settings: Settings,
  flags: MakeFlags,
  report: Report,
): Promise<string | undefined> {
  const last = lastTarget(settings);
  if (!flags.lookOnly) await makeRunFolder(folder);
  const firstStale = await findStale(folder, inputDigests(inputs), settings, flags, last);
  if (flags.lookOnly) {
    if (firstStale !== undefined)
      report.note(`would make ${join(folder, firstStale)} and what follows from it`);
    return firstStale && join(folder, last);
  }
  const before = await readInputs(folder);
  // From the last on: at no time may one be there that says what those before it do not hold.
  const stale = firstStale === undefined ? [] : TARGETS.slice(TARGETS.indexOf(firstStale)).reverse();
  for (const target of stale) await removeMade(folder, target);
  await writeInputs(folder, `${JSON.stringify(inputs, null, 2)}\n`);
  for (const place of [folder, join(folder, STATE)]) await removeLeftovers(place);
  if (firstStale === undefined) return undefined;
  const why = before === undefined ? [] : changes(before, inputs);
  if (why.length > 0) report.note(`${title}: ${firstStale} is to be made again (${why.join(', ')})`);
  return join(folder, last);
}

/** The first target, up to the last one asked for, that is not up to date. */
async function findStale(
  folder: string,
  digests: Record<Target, string>,
  settings: Settings,
  flags: MakeFlags,
  last: Target,
): Promise<Target | undefined> {
  if (flags.again) return TARGETS[0];
  for (const target of TARGETS.slice(0, TARGETS.indexOf(last) + 1)) {
    const made = await findMade(folder, target, digests[target]);
    if (made === undefined || !acceptable(made, settings)) return target;
  }
  return undefined;
}

/** What was made with some particles left out is good only while that is allowed. */
export const acceptable = (made: Made, { onError }: Pick<Settings, 'onError'>): boolean =>
  made.skipped === 0 || onError === 'skip';

async function makeRunFolder(folder: string): Promise<void> {
  await makeFolder(join(folder, STATE)).catch((cause) => {
    throw outputError(`cannot make this folder: ${systemReason(cause)}`, { file: folder, cause });
  });
}

async function writeInputs(folder: string, text: string): Promise<void> {
  const path = join(folder, 'inputs.json');
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  await writeFileAtomically(path, text, { durable: true });
}
