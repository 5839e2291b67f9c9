/** Runs a line of bash and says what it took. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import type { Sample } from './comparison.js';
import { root } from './places.js';

export interface MeasureOptions {
  /** Variables of the line; paths belong here, so that none is read as shell. */
  env?: Record<string, string>;
  /** Ask each of our commands how much memory it took, which lengthens its start a little. */
  memory?: boolean;
}

/** Aborted when the whole must stop: ends the line at work, and lets no other begin. */
export const stopping = new AbortController();

/**
 * Runs a line of bash, under pipefail, with our commands on the PATH.
 *
 * @throws an Error with the last words of a line that fails
 */
export async function measure(
  line: string,
  { env = {}, memory = false }: MeasureOptions = {},
): Promise<Sample> {
  stopping.signal.throwIfAborted();
  // Nothing else of the environment: node, for one, starts slower where it is told of further certificates.
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  const folder = await mkdtemp(join(tmpdir(), 'fc-measure-'));
  const peaks = join(folder, 'peaks.ndjson');
  try {
    // The line's own stderr stays apart from what `time` says.
    const script = `set -o pipefail; TIMEFORMAT='%R %U %S'; exec 4>&2 2>&3
time { ${line}
} 2>&4 3>&- 4>&-`;
    const running = execa('bash', ['-c', script], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      reject: false,
      // A process group of its own, so that all of a pipe can be ended.
      detached: true,
      extendEnv: false,
      env: {
        PATH: `${join(root, 'bin')}${delimiter}${PATH}`,
        HOME,
        LANG,
        TMPDIR,
        ...(memory ? { NODE_OPTIONS: `--import=${preload}`, BENCH_PEAKS: peaks } : {}),
        ...env,
      },
    });
    const stop = () => process.kill(-running.pid!, 'SIGTERM');
    stopping.signal.addEventListener('abort', stop);
    const { exitCode, stderr, stdio } = await running;
    stopping.signal.removeEventListener('abort', stop);
    if (exitCode !== 0)
      throw new Error(`${line} ended with status ${exitCode}: ${lastLine(stderr as string)}`);
    const [seconds, user, system] = String(stdio[3]).trim().split(' ').map(Number) as [
      number,
      number,
      number,
    ];
    return { seconds, cpu: user + system, memory: memory ? await readPeaks(peaks) : {} };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const preload = pathToFileURL(join(import.meta.dirname, 'peak-memory.js')).href;

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

async function readPeaks(path: string): Promise<Sample['memory']> {
  const peaks: Sample['memory'] = {};
  for (const line of (await readFile(path, 'utf8')).trimEnd().split('\n')) {
    const { command, bytes } = JSON.parse(line) as { command: string; bytes: number };
    peaks[command] = Math.max(bytes, peaks[command] ?? 0);
  }
  return peaks;
}
