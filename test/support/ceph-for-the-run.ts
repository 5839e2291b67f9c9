/**
 * Names the folder of the one Ceph gateway that all test files of a run share. The first to need it starts it;
 * it is gone after the run, also where the run is killed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    ceph: { directory: string; owner: number };
  }
}

const script = fileURLToPath(new URL('../../scripts/ceph-gateway.sh', import.meta.url));

export default function setup(project: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'fc-ceph-'));
  project.provide('ceph', { directory, owner: process.pid });
  return () => {
    spawnSync(script, ['reset'], { env: { ...process.env, FC_CEPH_DIR: directory } });
    rmSync(directory, { recursive: true, force: true });
  };
}
