import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { run } from './programs.js';

export interface SimulationOptions {
  /** The run's name and that of its folder (default: `run`). */
  name?: string;
  particles?: number;
  fields?: 53 | 57 | 65;
  camera?: 'mono' | 'colour';
  seed?: number;
  masks?: boolean;
  resaved?: boolean;
  /** `2023-05-22T10:15:00`. */
  start?: string;
  /** `+02:00`. */
  utcOffset?: string;
  /** Largest side of a collage; 256 makes many collages of few particles. */
  collageSize?: number;
}

const made = new Map<string, Promise<string>>();

/**
 * A run folder written by the real fc-simulate, for reading only: tests of one file that ask for the same run share it.
 * Copy it (`cp -r`) before changing it.
 */
export function simulate(options: SimulationOptions = {}): Promise<string> {
  const key = JSON.stringify(Object.entries(options).sort());
  const folder = made.get(key) ?? simulateNow(options);
  made.set(key, folder);
  return folder;
}

async function simulateNow({ name = 'run', ...options }: SimulationOptions): Promise<string> {
  const folder = join(mkdtempSync(join(parent(), 'run-')), name);
  const args = Object.entries(options).flatMap(([option, value]) => {
    const flag = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (typeof value === 'boolean') return value ? [flag] : [];
    return value === undefined ? [] : [`${flag}=${value}`];
  });
  const { status, stderr } = await run('fc-simulate', ['--quiet', ...args, folder]);
  if (status !== 0) throw new Error(`fc-simulate ended with ${status}: ${stderr}`);
  return folder;
}

let shared: string | undefined;

/** A folder for all simulated runs of a test file, gone after it. */
function parent(): string {
  shared ??= mkdtempSync(join(tmpdir(), 'fc-simulated-'));
  return shared;
}

afterAll(() => {
  if (shared !== undefined) rmSync(shared, { recursive: true, force: true });
  shared = undefined;
  made.clear();
});
