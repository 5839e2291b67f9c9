/** Runs the toolkit's real programs, as a shell would. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type Options } from 'execa';

/** The project's root folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The environment of a user who has the commands on PATH and nothing else set up. */
export const environment = (extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv => {
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  return {
    PATH: `${join(root, 'bin')}${delimiter}${PATH}`,
    HOME,
    LANG,
    TMPDIR,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...extra,
  };
};

export interface Outcome {
  stdout: Buffer;
  stderr: string;
  status: number | undefined;
}

/** Runs a command (`fc-lst2csv`, …) to its end; never throws for its exit status. */
export async function run(command: string, args: string[] = [], options: Options = {}): Promise<Outcome> {
  const result = await execa(command, args, {
    encoding: 'buffer',
    env: environment(),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    ...(options.input === undefined && options.stdin === undefined ? { stdin: 'ignore' } : {}),
    maxBuffer: 2 ** 30,
    ...options,
  } as Options);
  return {
    stdout: Buffer.from((result.stdout as Uint8Array | undefined) ?? []),
    stderr: Buffer.from((result.stderr as Uint8Array | undefined) ?? []).toString(),
    status: result.exitCode,
  };
}

/** Runs a line of bash, under pipefail as all our recipes are. */
export const shell = (line: string, options: Options = {}): Promise<Outcome> =>
  run('bash', ['-c', `set -o pipefail; ${line}`], options);

/** Whether a program of somebody else's is installed. */
export function installed(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
