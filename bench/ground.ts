/** What the comparisons share: a folder of their own, the runs they work on, the store they upload to. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample } from './comparison.js';
import { type Gateway, startGateway } from './gateway.js';
import { measure } from './measure.js';
import { tank25 } from './places.js';

/** Of the run of everyday size: as many as the real one has. */
export const PARTICLES = 8976;

export interface SimulatedRun {
  folder: string;
  /** What it took to make it. */
  sample: Sample;
}

export class Ground {
  /** For all that is written; gone at the end. */
  readonly folder: string;
  /** A million particles instead of a hundred thousand. */
  readonly full: boolean;
  #fresh = 0;
  readonly #simulated = new Map<number, Promise<SimulatedRun>>();
  #gateway: Promise<Gateway> | undefined;

  private constructor(folder: string, full: boolean) {
    this.folder = folder;
    this.full = full;
  }

  static async prepare(full: boolean): Promise<Ground> {
    return new Ground(await mkdtemp(join(tmpdir(), 'fc-bench-')), full);
  }

  /** A folder that does not exist yet, or no more. */
  async empty(name: string): Promise<string> {
    const folder = join(this.folder, name);
    await rm(folder, { recursive: true, force: true });
    return folder;
  }

  /**
   * A folder that never existed. What thousands of files were removed from may be slow for seconds: ext4 looks at
   * each of them before it makes a new one.
   */
  fresh(name: string): string {
    this.#fresh += 1;
    return join(this.folder, `${name}-${this.#fresh}`);
  }

  /** What the table calls the run of everyday size. */
  get title(): string {
    return existsSync(tank25) ? 'T25' : `a simulated run of ${PARTICLES} particles (T25 is not here)`;
  }

  /** The folder of the run of everyday size: the real one where it is at hand. */
  async run(): Promise<string> {
    return existsSync(tank25) ? tank25 : (await this.simulated(PARTICLES)).folder;
  }

  /** A simulated run, made once. */
  simulated(particles: number): Promise<SimulatedRun> {
    const made = this.#simulated.get(particles) ?? this.#simulate(particles);
    this.#simulated.set(particles, made);
    return made;
  }

  async #simulate(particles: number): Promise<SimulatedRun> {
    await mkdir(join(this.folder, 'runs'), { recursive: true });
    const folder = join(this.folder, 'runs', `simulated-${particles}`);
    const sample = await measure('fc-simulate --quiet --particles $PARTICLES --fields 53 --resaved "$OUT"', {
      env: { PARTICLES: String(particles), OUT: folder },
      memory: true,
    });
    return { folder, sample };
  }

  gateway(): Promise<Gateway> {
    this.#gateway ??= startGateway(join(this.folder, 'ceph'), this.full ? '64G' : '8G');
    return this.#gateway;
  }

  async clear(): Promise<void> {
    const gateway = await this.#gateway?.catch(() => undefined);
    // Its own watch removes it too where this fails.
    await gateway?.stop().catch(() => {});
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
