/** Runs the examples of README and `--help` as they stand, in a folder that holds what they name. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { type Endpoint, startEndpoint } from '../../src/s3-endpoint/endpoint.js';
import { environment, type Outcome, shell } from './programs.js';
import { accessKey, secretKey } from './s3.js';
import { simulate } from './simulated-run.js';

/** Programs of somebody else's that examples use. */
const OTHERS = ['jq', 'mlr', 'montage', 'parallel'];

/** Which of them a line of shell needs. */
export const programsIn = (line: string): string[] =>
  OTHERS.filter((program) => new RegExp(`\\b${program}\\b`).test(line));

export class ExampleFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'fc-examples-'));
  readonly #endpoint: Endpoint;

  private constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** A folder with a run called `RUN`, a cruise of three called `CRUISE`, and a store with the bucket `plankton`. */
  static async make(): Promise<ExampleFolder> {
    const directory = mkdtempSync(join(tmpdir(), 'fc-examples-store-'));
    const endpoint = await startEndpoint({ directory, accessKey, secretKey, buckets: ['plankton'] });
    const folder = new ExampleFolder(endpoint);
    mkdirSync(join(folder.path, 'CRUISE'));
    for (const day of [1, 2, 3]) {
      const name = `Lake_54.3500_-2.9400_0${day}052023_1`;
      const run = await simulate({ name, particles: 120, fields: 53, seed: day });
      cpSync(run, join(folder.path, 'CRUISE', name), { recursive: true });
    }
    symlinkSync(join('CRUISE', 'Lake_54.3500_-2.9400_01052023_1'), join(folder.path, 'RUN'));
    writeFileSync(
      join(folder.path, 'stations.csv'),
      'run,lat,lon,date\nLake_54.3500_-2.9400_01052023_1,54,-3,2023-05-01\n',
    );
    afterAll(async () => {
      await endpoint.stop();
      for (const made of [folder.path, directory]) rmSync(made, { recursive: true, force: true });
    });
    return folder;
  }

  /** Runs a line in the folder; fails the test with what it said where its status is not 0. */
  async run(line: string): Promise<Outcome> {
    const outcome = await shell(line, {
      cwd: this.path,
      shell: false,
      env: environment({
        RUN: 'RUN',
        CRUISE: 'CRUISE',
        AWS_ACCESS_KEY_ID: accessKey,
        AWS_SECRET_ACCESS_KEY: secretKey,
        AWS_URL_ENDPOINT: this.#endpoint.url,
      }),
    });
    expect(outcome.status, `${line}\n${outcome.stderr}`).toBe(0);
    return outcome;
  }
}
