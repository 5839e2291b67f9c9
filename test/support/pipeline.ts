/** Runs the pipeline as a person does, in a folder of the test's own. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from 'execa';
import { environment, type Outcome, run } from './programs.js';

/** `fc-pipeline`, which is make with the rules of `pipeline.mk`. */
export const pipeline = (args: string[], { env, ...options }: Options = {}): Promise<Outcome> =>
  run('fc-pipeline', args, { env: environment(env as Record<string, string>), ...options });

/** The folders that the pipeline made below OUT. */
export const targetFolders = (out: string): string[] => readdirSync(out).map((name) => join(out, name));

/** The files below OUT that a person sees, with size and time to the nanosecond: what changed and what did not. */
export function visibleFiles(out: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const folder of targetFolders(out))
    for (const name of readdirSync(folder)) {
      if (name.startsWith('.')) continue;
      const { size, mtimeNs, ino } = statSync(join(folder, name), { bigint: true });
      files[name] = `${size} ${mtimeNs} ${ino}`;
    }
  return files;
}

export const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
