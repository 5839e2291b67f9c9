import type { Field } from './ifd.js';

/**
 * One directory of a TIFF structure: its fields by tag, in ascending order of the tags, as files have them. Two
 * small arrays: a directory holds some twenty tags, and filling a `Map` and sorting it again for each image took
 * longer than reading and writing the image.
 */
export class Directory {
  readonly #tags: number[] = [];
  readonly #fields: Field[] = [];

  constructor(entries: Iterable<readonly [tag: number, field: Field]> = []) {
    for (const [tag, field] of entries) this.set(tag, field);
  }

  get size(): number {
    return this.#tags.length;
  }

  /** All tags, ascending; not to be changed. */
  get tags(): readonly number[] {
    return this.#tags;
  }

  /** The fields in the order of their tags; not to be changed. */
  get fields(): readonly Field[] {
    return this.#fields;
  }

  has(tag: number): boolean {
    return this.#tags.includes(tag);
  }

  get(tag: number): Field | undefined {
    const at = this.#tags.indexOf(tag);
    return at < 0 ? undefined : this.#fields[at];
  }

  /** Sets a tag, whether it is there or not. */
  set(tag: number, field: Field): void {
    // From the end, because tags mostly come in their order.
    let at = this.#tags.length;
    while (at > 0 && this.#tags[at - 1]! > tag) at -= 1;
    if (at > 0 && this.#tags[at - 1] === tag) this.#fields[at - 1] = field;
    else if (at === this.#tags.length) {
      this.#tags.push(tag);
      this.#fields.push(field);
    } else {
      this.#tags.splice(at, 0, tag);
      this.#fields.splice(at, 0, field);
    }
  }

  delete(tag: number): void {
    const at = this.#tags.indexOf(tag);
    if (at < 0) return;
    this.#tags.splice(at, 1);
    this.#fields.splice(at, 1);
  }

  /** Another directory with the same fields. */
  copy(): Directory {
    const copy = new Directory();
    copy.#tags.push(...this.#tags);
    copy.#fields.push(...this.#fields);
    return copy;
  }

  *[Symbol.iterator](): Generator<[tag: number, field: Field]> {
    for (let at = 0; at < this.#tags.length; at += 1) yield [this.#tags[at]!, this.#fields[at]!];
  }
}
