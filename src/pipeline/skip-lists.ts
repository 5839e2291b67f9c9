import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the commands of a recipe list what they leave out, with ON_ERROR=skip. */
export class SkipLists {
  readonly #folder: string;
  readonly #paths: string[] = [];
  /** Whether anything may be left out. */
  readonly wanted: boolean;

  constructor(folder: string, wanted: boolean) {
    this.#folder = folder;
    this.wanted = wanted;
  }

  /** What a command is told. */
  optionsFor(command: string): string[] {
    if (!this.wanted) return [];
    const path = join(this.#folder, `${command}.skipped`);
    this.#paths.push(path);
    return ['--on-error', 'skip', '--skipped', path];
  }

  /**
   * Judges the statuses of a recipe: status 1 with a list of what was left out is done, if that is wanted.
   *
   * @returns how many particles were left out, their lists joined in `path`; undefined where something failed
   */
  async judge(statuses: number[], path: string): Promise<number | undefined> {
    if (statuses.some((status) => status > (this.wanted ? 1 : 0))) return undefined;
    if (!this.wanted) return 0;
    const lists = await Promise.all(this.#paths.map((one) => readFile(one, 'utf8').catch(() => '')));
    const text = lists.join('');
    const count = text.split('\n').length - 1;
    if (count === 0 && statuses.includes(1)) return undefined;
    await writeFile(path, text);
    return count;
  }
}
