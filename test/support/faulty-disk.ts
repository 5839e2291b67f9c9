/** Disks that are small, read-only, or report their errors late. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, onTestFinished, test } from 'vitest';
import { workdir } from './workdir.js';

const mount = (folder: string, options: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;

const unmount = (folder: string) => void spawnSync('umount', ['-l', folder]);

const canMount = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'fc-mount-'));
  const can = mount(folder, 'size=4k');
  if (can) unmount(folder);
  rmSync(folder, { recursive: true, force: true });
  return can;
})();

/** `test` that needs disks of its own, which only root can mount. */
export const testWithDisk = (title: string, body: () => Promise<void>) =>
  canMount ? test(title, body) : test.skip(`${title} [skipped: not allowed to mount a tmpfs]`, body);

/** A disk of so many KiB, gone after the test. */
export function smallDisk(kibibytes: number): string {
  const folder = workdir();
  if (!mount(folder, `size=${kibibytes}k`)) throw new Error('cannot mount a tmpfs');
  onTestFinished(() => unmount(folder));
  return folder;
}

/** Makes a disk read-only from now on. */
export function makeReadOnly(disk: string): void {
  if (!mount(disk, 'remount,ro')) throw new Error('cannot remount the disk');
}

let library: { folder: string; path: Promise<string> } | undefined;

function compiled(): Promise<string> {
  if (library === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'fc-faulty-disk-'));
    const path = join(folder, 'faulty-disk.so');
    const source = fileURLToPath(new URL('./faulty-disk.c', import.meta.url));
    const gcc = execa('gcc', ['-shared', '-fPIC', '-o', path, source, '-ldl']);
    library = { folder, path: gcc.then(() => path) };
  }
  return library.path;
}

afterAll(() => {
  if (library !== undefined) rmSync(library.folder, { recursive: true, force: true });
});

/** The environment of programs for which a file with `path` in its path loses half of itself while it is read. */
export async function shrinkingFile(path: string): Promise<Record<string, string>> {
  return { LD_PRELOAD: await compiled(), FAULTY_CALL: 'read', FAULTY_PATH: path };
}

/**
 * The environment of programs for which `close` or `fsync` of files fails that have `path` in their path; needs
 * gcc and Linux.
 */
export async function lateErrors(
  call: 'close' | 'fsync',
  path: string,
  error: 'EDQUOT' | 'EIO' | 'ENOSPC',
): Promise<Record<string, string>> {
  return {
    LD_PRELOAD: await compiled(),
    FAULTY_CALL: call,
    FAULTY_PATH: path,
    FAULTY_ERRNO: String(constants.errno[error]),
  };
}
