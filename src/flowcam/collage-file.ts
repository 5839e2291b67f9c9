import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError, systemReason } from '../errors.js';

/**
 * Finds collages in folders by the names that lists give them: first by the exact name; then, as files come from
 * Windows and macOS, whatever the case and the Unicode normal form.
 */
export class CollageFinder {
  readonly #note: (text: string) => void;
  readonly #folders = new Map<string, Promise<string[]>>();
  readonly #noted = new Set<string>();

  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  /**
   * The path of a collage.
   *
   * @throws an input error for names that are no plain file names, and where no file or several match
   */
  async find(directory: string, name: string): Promise<string> {
    if (name === '' || name === '.' || name === '..' || /[/\\\u0000-\u001f]/.test(name))
      throw inputError(`"${name}" is no name of a collage`, { file: directory });
    const names = await this.#namesIn(directory);
    if (names.includes(name)) return join(directory, name);
    const alike = names.filter((other) => !other.startsWith('.') && folded(other) === folded(name));
    if (alike.length === 0)
      throw inputError('there is no such collage', {
        file: join(directory, name),
        hint: 'is the run copied whole?',
      });
    if (alike.length > 1)
      throw inputError(`several files could be ${name}: ${alike.join(', ')}`, { file: directory });
    const path = join(directory, alike[0]!);
    if (!this.#noted.has(path)) this.#note(`${path} is taken for ${name}`);
    this.#noted.add(path);
    return path;
  }

  #namesIn(directory: string): Promise<string[]> {
    let names = this.#folders.get(directory);
    if (names === undefined) {
      names = readdir(directory).catch((cause) => {
        throw inputError(`cannot look into this folder: ${systemReason(cause)}`, { file: directory, cause });
      });
      this.#folders.set(directory, names);
    }
    return names;
  }
}

const folded = (name: string): string => name.normalize('NFC').toLowerCase();
