/** Run folders made by hand: a list and the collages that go with it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listText, type Row } from './lists.js';
import { greyNoise, writeTiffBytes } from './rasters.js';
import { workdir } from './workdir.js';

export interface HandMade {
  name?: string;
  /** Rows of the list, or its text. */
  list?: Row[] | string | Buffer;
  /** Further files by name; the one collage is `run_000001.tif` unless told otherwise. */
  files?: Record<string, string | Uint8Array>;
}

/** Writes a run folder and says where it is; four particles of 4 × 3 pixels unless told otherwise. */
export function runFolder({
  name = 'run',
  list = fourRows,
  files = { 'run_000001.tif': collage() },
}: HandMade = {}): string {
  const folder = join(workdir(), name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'run.lst'), Array.isArray(list) ? listText(list) : list);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}

/** Four particles side by side, as they lie on `collage()`. */
export const fourRows: Row[] = [0, 1, 2, 3].map((at) => ({ image_x: at * 6 }));

/** A collage of 24 × 8 pixels as from a mono camera, different everywhere. */
export const collage = (): Buffer => writeTiffBytes(greyNoise(24, 8));
