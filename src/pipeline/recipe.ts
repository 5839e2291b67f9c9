import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Recipe {
  /** A line of bash: programs joined by pipes. */
  line: string;
  /** Open files for stdin (none: no input) and stdout of the line. */
  stdin: number | undefined;
  stdout: number;
  /** Environment variables that the line may use. */
  variables: Record<string, string>;
  /** Bash arrays that it may use: options, in words. */
  words: Record<string, string[]>;
}

export interface RecipeEnd {
  /** The exit status of each program, in the order of the pipe; 128 and more where a signal ended it. */
  statuses: number[];
  /** The last lines that they said on stderr. */
  words: string[];
}

/** So many lines of what the programs said are kept in memory. */
const KEPT_LINES = 100;

/**
 * Runs a line of bash in a process group of its own, so that a signal reaches every program of it.
 *
 * @param log a file that gets what the programs say on stderr
 * @param onLine gets the same, line by line
 */
export async function runRecipe(
  { line, stdin, stdout, variables, words }: Recipe,
  log: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<RecipeEnd> {
  signal.throwIfAborted();
  const arrays = Object.entries(words).map(([name, list]) => `${name}=(${list.map(quoted).join(' ')})`);
  const script = [...arrays, line, `printf '%s ' "\${PIPESTATUS[@]}" >&3`].join('\n');
  const bash = spawn('bash', ['-u', '-o', 'pipefail', '-c', script], {
    stdio: [stdin ?? 'ignore', stdout, 'pipe', 'pipe'],
    env: { ...process.env, ...variables },
    detached: true,
  });
  const passOn = () =>
    killGroup(bash.pid, (signal.reason as { signal?: NodeJS.Signals }).signal ?? 'SIGTERM');
  signal.addEventListener('abort', passOn);
  // Whoever kills bash alone leaves its programs behind.
  bash.once('exit', (_status, killer) => killer !== null && killGroup(bash.pid, 'SIGTERM'));
  const file = await open(log, 'w');
  try {
    const over = once(bash, 'close') as Promise<[number | null]>;
    const [[status], statuses, words] = await Promise.all([
      over,
      readStatuses(bash.stdio[3] as Readable),
      copyLines(bash.stderr!, file, onLine),
    ]);
    // Bash tells no statuses where it was itself ended.
    return { statuses: statuses.length > 0 ? statuses : [status || 137], words };
  } finally {
    signal.removeEventListener('abort', passOn);
    await file.close();
  }
}

async function readStatuses(stream: Readable): Promise<number[]> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text.split(' ').filter(Boolean).map(Number);
}

async function copyLines(
  stream: Readable,
  log: FileHandle,
  onLine: (line: string) => void,
): Promise<string[]> {
  const words: string[] = [];
  for await (const line of createInterface({ input: stream })) {
    onLine(line);
    await log.write(`${line}\n`);
    words.push(line);
    if (words.length > KEPT_LINES) words.shift();
  }
  return words;
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of them have ended.
  }
}

/** A text as bash takes it for one word. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
