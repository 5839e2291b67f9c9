import { join } from 'node:path';
import { inputError } from '../errors.js';
import { CuttingBoard } from '../image/cutting-board.js';
import { decodeCollage } from '../image/decode-collage.js';
import type { Pixels } from '../image/pixels.js';
import { CollageFinder } from './collage-file.js';
import { maskOfCollage } from './collage-name.js';

export interface Collage {
  /** Path, for errors. */
  path: string;
  board: CuttingBoard;
  /** The mask collage, where masks are asked for. */
  masks?: CuttingBoard;
}

/** The collage at work and the one after it; a decoded collage takes some 12 MB. */
const ROOM = 2;

/** Opens collages and keeps the last two, decoded or being decoded. */
export class CollageShelf {
  readonly #finder: CollageFinder;
  readonly #masks: boolean;
  readonly #mostPixels: number | undefined;
  readonly #kept = new Map<string, Promise<Collage>>();
  readonly #known = new Set<string>();
  readonly #free: CuttingBoard[] = [];
  #decoded = 0;

  constructor({
    masks,
    mostPixels,
    note,
  }: {
    masks: boolean;
    /** Refuse larger collages. */
    mostPixels?: number;
    note: (text: string) => void;
  }) {
    this.#masks = masks;
    this.#mostPixels = mostPixels;
    this.#finder = new CollageFinder(note);
  }

  /** How often a collage was decoded so far. */
  get decoded(): number {
    return this.#decoded;
  }

  /** How often that was one that had been decoded before. */
  get decodedAgain(): number {
    return this.#decoded - this.#known.size;
  }

  /**
   * Opens a collage, or starts to: its decoding goes on while the caller does other things. Nothing can be cut out
   * of it any more once two others were opened after it.
   *
   * @throws an input error for a collage that is missing, not supported or broken, or whose mask is
   */
  open(directory: string, name: string): Promise<Collage> {
    const key = join(directory, name);
    let collage = this.#kept.get(key);
    this.#kept.delete(key);
    if (collage === undefined) {
      collage = this.#load(directory, name);
      // Handled when the collage's turn comes.
      collage.catch(() => {});
      for (const [oldest, gone] of this.#kept) {
        if (this.#kept.size < ROOM) break;
        this.#kept.delete(oldest);
        this.#clear(gone);
      }
    }
    this.#kept.set(key, collage);
    return collage;
  }

  /** The boards of a collage that is needed no more serve the next ones: memory of such size is slow to come by. */
  #clear(collage: Promise<Collage>): void {
    collage.then(
      ({ board, masks }) => {
        for (const free of [board, ...(masks === undefined ? [] : [masks])]) {
          free.clear();
          this.#free.push(free);
        }
      },
      () => {},
    );
  }

  #lay(image: Pixels): CuttingBoard {
    const board = this.#free.pop() ?? new CuttingBoard();
    board.lay(image);
    return board;
  }

  async #load(directory: string, name: string): Promise<Collage> {
    const path = await this.#finder.find(directory, name);
    this.#decoded += 1;
    this.#known.add(path);
    const [image, mask] = await Promise.all([
      decodeCollage(path, this.#mostPixels),
      this.#masks ? this.#loadMask(directory, name) : undefined,
    ]);
    if (mask === undefined) return { path, board: this.#lay(image) };
    if (mask.width !== image.width || mask.height !== image.height)
      throw inputError(
        `its mask collage is ${mask.width} × ${mask.height} pixels in size, it is ${image.width} × ${image.height}`,
        { file: path },
      );
    return { path, board: this.#lay(image), masks: this.#lay(mask) };
  }

  async #loadMask(directory: string, name: string): Promise<Pixels> {
    const path = await this.#finder.find(directory, maskOfCollage(name));
    const mask = await decodeCollage(path, this.#mostPixels);
    if (mask.channels !== 1 || mask.depth !== 8)
      throw inputError('a mask collage has one channel of 8 bits, and this one has more', { file: path });
    return mask;
  }
}
