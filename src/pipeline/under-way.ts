/** Files under way carry the machine and the process that writes them in their names, so that what a killed one left can be told. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../errors.js';
import { processTag, thisHost } from '../streams/process-tag.js';

/** `HOST-PID-RANDOM.tmp`, and `.fc-HOST-PID-RANDOM-N.tmp` of files that are written atomically. */
const UNDER_WAY = [
  /^\.fc-(?<host>.+)-(?<pid>\d+)-[0-9a-f]{8}-\d+\.tmp$/,
  /^(?<host>[^.].*)-(?<pid>\d+)-[0-9a-f]{8}\.tmp$/,
];

/** Another machine's files under way are left alone so long, in milliseconds: whether it lives cannot be asked. */
const PATIENCE = 7 * 24 * 3_600_000;

/** The name for what this process has under way. */
export const underWay = (): string => `${processTag}.tmp`;

/** Removes what killed processes left under way in a folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = UNDER_WAY.map((pattern) => pattern.exec(name)?.groups).find(Boolean);
    if (owner === undefined) continue;
    const path = join(folder, name);
    if (owner.host === thisHost ? isAlive(Number(owner.pid)) : await isRecent(path)) continue;
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

async function isRecent(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs < PATIENCE;
}
