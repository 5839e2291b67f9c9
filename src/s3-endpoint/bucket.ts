/**
 * A bucket is a folder: `objects` holds the bytes under readable names (file-names.ts says how), `metadata` a
 * JSON file for each of them, `incoming` what is being written.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileSegments } from './file-names.js';
import { S3Error } from './s3-error.js';
import type { StoredObject } from './stored-object.js';

/** Bytes that are on disk but belong to no object yet. */
export interface Received {
  file: string;
  size: number;
  /** Hex. */
  md5: string;
}

export class Bucket {
  readonly name: string;
  readonly #folder: string;
  readonly #objects = new Map<string, StoredObject>();
  #sortedKeys: string[] | undefined;

  /** Opens the bucket in `folder`, or makes it; drops what a former process left half written. */
  constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
    rmSync(join(folder, 'incoming'), { recursive: true, force: true });
    for (const part of ['objects', 'metadata', 'incoming'])
      mkdirSync(join(folder, part), { recursive: true });
    for (const entry of readdirSync(join(folder, 'metadata'), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const object = JSON.parse(readFileSync(join(entry.parentPath, entry.name), 'utf8')) as StoredObject;
      this.#objects.set(object.key, object);
    }
  }

  #objectFile(key: string): string {
    return join(this.#folder, 'objects', ...fileSegments(key));
  }

  #metadataFile(key: string): string {
    const [last, ...folders] = fileSegments(key).reverse();
    return join(this.#folder, 'metadata', ...folders.reverse(), `${last}%.json`);
  }

  #temporaryFile(): string {
    return join(this.#folder, 'incoming', randomUUID());
  }

  /** Writes a body to disk; keeps nothing where the body throws. */
  async receive(body: AsyncIterable<Uint8Array>): Promise<Received> {
    const path = this.#temporaryFile();
    const digest = createHash('md5');
    let size = 0;
    const file = await open(path, 'wx');
    try {
      for await (const piece of body) {
        await file.appendFile(piece);
        digest.update(piece);
        size += piece.length;
      }
    } catch (error) {
      await unlink(path);
      throw error;
    } finally {
      await file.close();
    }
    return { file: path, size, md5: digest.digest('hex') };
  }

  async discard({ file }: Received): Promise<void> {
    await unlink(file);
  }

  /**
   * Makes received bytes an object, or replaces the object of that key. All in one go of the event loop, so that
   * two requests for one key never mix the bytes of one with the metadata of the other.
   */
  store({ file, size }: Received, description: Omit<StoredObject, 'size' | 'modified'>): void {
    const object: StoredObject = { ...description, size, modified: new Date().toISOString() };
    const { key } = object;
    const metadata = this.#temporaryFile();
    writeFileSync(metadata, `${JSON.stringify(object, null, 2)}\n`);
    this.#rename(file, this.#objectFile(key));
    this.#rename(metadata, this.#metadataFile(key));
    if (!this.#objects.has(key)) this.#sortedKeys = undefined;
    this.#objects.set(key, object);
  }

  #rename(from: string, to: string): void {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
  }

  /** @throws S3Error NoSuchKey */
  object(key: string): StoredObject {
    const object = this.#objects.get(key);
    if (object === undefined) throw new S3Error('NoSuchKey');
    return object;
  }

  /** An open file descriptor of the object's bytes, for the caller to close. */
  openObject(key: string): number {
    return openSync(this.#objectFile(key), 'r');
  }

  /** Deletes the object; does nothing where there is none. */
  delete(key: string): void {
    if (!this.#objects.delete(key)) return;
    this.#sortedKeys = undefined;
    unlinkSync(this.#metadataFile(key));
    unlinkSync(this.#objectFile(key));
  }

  /** All keys in the order of their UTF-8 bytes. */
  get sortedKeys(): readonly string[] {
    this.#sortedKeys ??= [...this.#objects.keys()]
      .map((key) => Buffer.from(key))
      .sort(Buffer.compare)
      .map(String);
    return this.#sortedKeys;
  }
}
