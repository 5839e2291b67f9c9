/** Kills programs at random moments of their lives. Needs /proc. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { Random } from '../../src/simulate/random.js';
import { seed } from './long-part.js';

/** `test`, and `test.each`, where processes can be seen. */
export const testOnLinux = existsSync(`/proc/self/task/${process.pid}/children`) ? test : test.skip;

interface Process {
  pid: number;
  /** Its program and arguments. */
  command: string;
}

/** The processes below one, itself included. */
export function processesBelow(root: number): Process[] {
  const below = [root];
  // Node and bash start others from their first thread.
  for (const pid of below)
    below.push(...readProc(`${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number));
  return below.map((pid) => ({ pid, command: readProc(`${pid}/cmdline`).replaceAll('\0', ' ') }));
}

/** Empty where the process has just ended. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}

/** Sends a signal to a process, or to a group (-pid); false where it has ended. */
function strike(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

export interface Kill {
  /** A program, `all` of a line at once, or `any` one of them. */
  victim: string;
  signal: NodeJS.Signals;
  /** The part of its life that the victim is left. */
  share: number;
  /** Which of several it is, from 0 to 1. */
  which: number;
}

/** Kills of these victims, in turn, at moments and by signals that follow from the seed; for `test.each`. */
export function randomKills(count: number, victims: readonly string[]): [title: string, kill: Kill][] {
  // Other victims get other kills.
  const random = new Random(seed + Buffer.from(victims.join()).reduce((sum, byte) => sum + byte));
  return Array.from({ length: count }, (_, at) => {
    const victim = victims[at % victims.length]!;
    const signal = random.weighted([
      [2, 'SIGKILL'],
      [1, 'SIGTERM'],
      [1, 'SIGINT'],
    ] as const);
    const share = random.unit();
    const title = `${signal} to ${victim} after ${Math.round(100 * share)} % of its life (kill ${at + 1}, FC_SEED=${seed})`;
    return [title, { victim, signal, share, which: random.unit() }];
  });
}

export interface Line {
  /** Of bash, under pipefail. */
  line: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
}

const start = ({ line, cwd, env }: Line) => {
  const bash = spawn('bash', ['-c', `set -o pipefail; ${line}`], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Ends when the last program has, since all hold stderr.
  const [ended, stderr] = [once(bash, 'close'), text(bash.stderr!)];
  let isOver = false;
  void ended.then(() => (isOver = true));
  return { pid: bash.pid!, ended, stderr, isOver: () => isOver };
};

/** The process, or group, that is meant. */
function find(root: number, victim: string, which = 0): number | undefined {
  if (victim === 'all') return -root;
  // Bash may have turned into the last program of its line.
  const programs = processesBelow(root).filter(({ command }) => !command.startsWith('bash -c set '));
  if (victim === 'any') return programs[Math.floor(which * programs.length)]?.pid;
  return programs.find(({ command }) => command.includes(`/bin/${victim} `))?.pid;
}

/** Milliseconds that each of these programs lives in a line that nobody disturbs; and that the line takes. */
export async function lifetimes(line: Line, victims: readonly string[]): Promise<Map<string, number>> {
  const seen = new Map<string, [first: number, last: number]>();
  const { pid, isOver } = start(line);
  while (!isOver()) {
    const now = performance.now();
    for (const victim of victims)
      if (find(pid, victim) !== undefined) seen.set(victim, [seen.get(victim)?.[0] ?? now, now]);
    await sleep(10);
  }
  return new Map([...seen].map(([victim, [first, last]]) => [victim, last - first]));
}

/** Runs a line and kills a program of it; `hit` is false where that had ended before its time. */
export async function killDuring(
  line: Line,
  { victim, signal, share, which }: Kill,
  lives: Map<string, number>,
): Promise<{ status: number | null; stderr: string; hit: boolean }> {
  const { pid, ended, stderr, isOver } = start(line);
  while (find(pid, victim) === undefined && !isOver()) await sleep(5);
  await sleep(share * (lives.get(victim) ?? 0));
  const target = find(pid, victim, which);
  const hit = target !== undefined && !isOver() && strike(target, signal);
  const [status] = (await ended) as [number | null];
  return { status, stderr: await stderr, hit };
}
