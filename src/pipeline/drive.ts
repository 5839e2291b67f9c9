/**
 * Drives `make run` and `make all`: finds the runs, prepares their folders, lets make make what is to be made, and
 * says what became of each.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../errors.js';
import type { Report } from '../report.js';
import { describeError } from '../shell/print-error.js';
import { toolkitFolder } from '../toolkit-folder.js';
import { type FoundRun, findAllRuns, findRun, type UsableRun } from './find-runs.js';
import { inputDigests } from './inputs.js';
import { findMade, logPath } from './made.js';
import { jobServer, type MakeFlags } from './make-flags.js';
import { acceptable, lastTarget, prepareRun } from './prepare.js';
import type { Settings } from './settings.js';
import { closingTable, type Outcome } from './table.js';
import { TARGETS } from './targets.js';

export interface Driver {
  /** How make calls itself. */
  make: string;
  makeFlags: string | undefined;
  settings: Settings;
  flags: MakeFlags;
  report: Report;
  signal: AbortSignal;
}

/**
 * Makes the last target of one run.
 *
 * @returns whether it is made
 * @throws an input or usage error for a run that cannot be used
 */
export async function driveRun(driver: Driver): Promise<boolean> {
  const { settings, flags, report } = driver;
  const run = await findRun(settings);
  const goal = await prepareRun(run, settings, flags, report);
  if (flags.lookOnly) return goal === undefined;
  if (goal !== undefined) await makeGoals([goal], driver);
  const { state } = await outcomeOf(run, goal, settings);
  const last = join(run.folder, lastTarget(settings));
  if (state === 'up to date') report.note(`${run.title}: ${last} is up to date`);
  if (state === 'done') report.note(`${run.title}: ${last} is done`);
  return state === 'up to date' || state === 'done';
}

/**
 * Makes the last target of every run below a folder.
 *
 * @param print gets the closing table
 * @returns whether all are made
 * @throws a usage error for settings that cannot be
 */
export async function driveAll(driver: Driver, print: (table: string) => void): Promise<boolean> {
  const { settings, flags, report } = driver;
  const goals = new Map<FoundRun, string>();
  const runs = await findAllRuns(settings);
  for (const [at, run] of runs.entries()) {
    if ('error' in run) continue;
    try {
      const goal = await prepareRun(run, settings, flags, report);
      if (goal !== undefined) goals.set(run, goal);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      runs[at] = { title: run.title, error };
    }
  }
  const usable = runs.every((run) => !('error' in run));
  if (flags.lookOnly) return usable && goals.size === 0;
  if (!usable && !flags.keepGoing)
    report.note('nothing is made, because some runs cannot be used; make -k goes on with the others');
  else if (goals.size > 0) await makeGoals([...goals.values()], driver);
  const outcomes: Outcome[] = [];
  for (const run of runs) outcomes.push(await outcomeOf(run, goals.get(run), settings));
  print(closingTable(outcomes));
  return outcomes.every(({ state }) => state === 'done' || state === 'up to date');
}

/** Lets make make targets by the rules of `pipeline.mk`. Whether it could is told by the targets. */
async function makeGoals(goals: string[], { make, makeFlags, signal }: Driver): Promise<void> {
  signal.throwIfAborted();
  const rules = join(toolkitFolder, 'pipeline.mk');
  const child = spawn(make, ['--no-print-directory', '-f', rules, 'FC_STEP=1', ...goals], {
    stdio: jobServer(makeFlags),
  });
  const passOn = () => child.kill((signal.reason as { signal?: NodeJS.Signals }).signal ?? 'SIGTERM');
  signal.addEventListener('abort', passOn);
  await once(child, 'close').finally(() => signal.removeEventListener('abort', passOn));
  signal.throwIfAborted();
}

async function outcomeOf(run: FoundRun, goal: string | undefined, settings: Settings): Promise<Outcome> {
  const { title } = run;
  if ('error' in run) return { title, state: 'failed', words: describeError(run.error) };
  const last = lastTarget(settings);
  const digests = inputDigests(run.inputs);
  for (const target of TARGETS.slice(0, TARGETS.indexOf(last) + 1)) {
    const made = await findMade(run.folder, target, digests[target]);
    if (made !== undefined && acceptable(made, settings)) continue;
    return { title, ...(await whyNot(run, target)) };
  }
  const words = goal === undefined ? join(run.folder, last) : await lastWords(run, last);
  return { title, state: goal === undefined ? 'up to date' : 'done', words: words ?? join(run.folder, last) };
}

/** Why a target was not made, by the last that its programs said. */
async function whyNot(run: UsableRun, target: (typeof TARGETS)[number]): Promise<Omit<Outcome, 'title'>> {
  const words = await lastWords(run, target);
  if (words === undefined) return { state: 'not made', words: `${target} was not begun` };
  return { state: 'failed', words };
}

async function lastWords(
  { folder }: UsableRun,
  target: (typeof TARGETS)[number],
): Promise<string | undefined> {
  const log = await readFile(logPath(folder, target), 'utf8').catch(() => undefined);
  return log?.trimEnd().split('\n').at(-1);
}
