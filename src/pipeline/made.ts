/**
 * Knows whether a target is what the pipeline made from the present inputs. Beside the targets of a run, in
 * `.pipeline/`, lies for each of them what it was made from and which bytes it had. A target is made only if the
 * inputs are the same and the bytes are: its time is a shortcut, and where it differs the bytes are read.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, outputError, systemReason } from '../errors.js';
import { writeFileAtomically } from '../streams/atomic-file.js';
import { seconds } from './inputs.js';
import type { Target } from './targets.js';

/** The folder for what is no result: records of what was made, logs, the lock, files under way. */
export const STATE = '.pipeline';

export interface Made {
  /** Digest of all that the target was made from. */
  inputs: string;
  bytes: number;
  mtime: string;
  sha256: string;
  /** How many particles were left out on the way here. */
  skipped: number;
}

const recordPath = (folder: string, target: Target): string => join(folder, STATE, `${target}.json`);

/** What else is left of making a target: the list of what was left out, or the receipts of an upload. */
export const COMPANIONS: Record<Target, string> = {
  'metadata.csv': 'metadata.skipped.ndjson',
  'vignettes.tar': 'vignettes.skipped.ndjson',
  's3_upload_complete.txt': 'receipts.ndjson',
};

/** What its stderr said when a target was made, or was not. */
export const logPath = (folder: string, target: Target): string => join(folder, STATE, `${target}.log`);

/** The record of a target where it is up to date; undefined where it is to be made (again). */
export async function findMade(folder: string, target: Target, inputs: string): Promise<Made | undefined> {
  const opened = await openMade(folder, target, inputs);
  await opened?.file.close();
  return opened?.made;
}

/** The same, and the file itself: whatever takes its name later, this is the one that was looked at. */
export async function openMade(
  folder: string,
  target: Target,
  inputs: string,
): Promise<{ made: Made; file: FileHandle } | undefined> {
  const made = await readRecord(recordPath(folder, target));
  if (made?.inputs !== inputs) return undefined;
  const file = await open(join(folder, target)).catch((cause) => {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw outputError(systemReason(cause), { file: join(folder, target), cause });
  });
  if (file === undefined) return undefined;
  const { size, mtimeNs } = await file.stat({ bigint: true });
  const same =
    Number(size) === made.bytes &&
    (seconds(mtimeNs) === made.mtime || (await digestOf(file)) === made.sha256);
  if (same) return { made, file };
  await file.close();
  return undefined;
}

/**
 * Gives a finished file the name of its target, after the disk has its bytes, and writes down what it was made
 * from. A crash in between leaves a whole target that is made again.
 *
 * @param temporary the finished file, on the same disk
 */
export async function placeMade(
  folder: string,
  target: Target,
  temporary: string,
  { inputs, skipped }: Pick<Made, 'inputs' | 'skipped'>,
): Promise<void> {
  const path = join(folder, target);
  try {
    const file = await open(temporary);
    let made: Made;
    try {
      await file.sync();
      const sha256 = await digestOf(file);
      const { size, mtimeNs } = await file.stat({ bigint: true });
      made = { inputs, bytes: Number(size), mtime: seconds(mtimeNs), sha256, skipped };
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
    await writeFileAtomically(recordPath(folder, target), `${JSON.stringify(made)}\n`, { durable: true });
  } catch (cause) {
    throw outputError(`cannot write: ${systemReason(cause)}`, { file: path, cause });
  }
}

/** Takes a target away with all that belongs to it; fine if there is none. */
export async function removeMade(folder: string, target: Target): Promise<void> {
  // The target goes first: a record without a target says nothing, a target without its record looks finished.
  for (const path of [
    join(folder, target),
    join(folder, COMPANIONS[target]),
    recordPath(folder, target),
    logPath(folder, target),
  ])
    await rm(path, { force: true }).catch((cause) => {
      throw outputError(`cannot remove: ${systemReason(cause)}`, { file: path, cause });
    });
}

async function readRecord(path: string): Promise<Made | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Made;
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT' || cause instanceof SyntaxError) return undefined;
    throw outputError(systemReason(cause), { file: path, cause });
  }
}

async function digestOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false, highWaterMark: 2 ** 20 }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Makes a new name in a folder outlast a power cut; not every file system can, and then there is nothing to do. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
