/** Reads a run folder plainly and apart from the toolkit: what the tests hold its programs against. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

export interface Pixels {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array;
}

/** A row of the list, by the names of its fields: numbers as numbers. */
export type Row = Record<string, number>;

export interface ListedRun {
  folder: string;
  /** Path of the list, and its bytes as text. */
  list: string;
  text: string;
  fields: { name: string; type: string }[];
  rows: Row[];
  /** The same rows as they are written. */
  texts: Record<string, string>[];
  /** A collage, decoded. */
  collage(file: string): Promise<Pixels>;
  /** Its mask; undefined where the run has none. */
  mask(file: string): Promise<Pixels | undefined>;
}

export function readRun(folder: string): ListedRun {
  const files = readdirSync(folder);
  const list = join(folder, files.find((file) => file.endsWith('.lst'))!);
  const text = readFileSync(list, 'latin1');
  const lines = text.split(/\r?\n/);
  const count = Number(lines[1]!.split('|')[1]);
  const fields = lines.slice(2, 2 + count).map((line) => {
    const [name, type] = line.split('|');
    return { name: name!, type: type! };
  });
  const texts = lines
    .slice(2 + count)
    .filter((line) => line !== '')
    .map((line) => Object.fromEntries(line.split('|').map((value, i) => [fields[i]!.name, value])));
  const rows = texts.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)])),
  ) as Row[];
  const decoded = new Map<string, Promise<Pixels>>();
  const decode = (file: string): Promise<Pixels> => {
    const pixels = decoded.get(file) ?? decodeNow(join(folder, file));
    decoded.set(file, pixels);
    return pixels;
  };
  return {
    folder,
    list,
    text,
    fields,
    rows,
    texts,
    collage: decode,
    mask: async (file) => {
      const mask = file.replace('.tif', '_bin.tif');
      return files.includes(mask) ? decode(mask) : undefined;
    },
  };
}

async function decodeNow(path: string): Promise<Pixels> {
  const image = sharp(path);
  const { channels } = await image.metadata();
  if (channels === 1) image.toColourspace('b-w');
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

/** A particle's own part of its collage and mask. */
export interface ParticlePixels {
  row: Row;
  width: number;
  height: number;
  /** Three channels a pixel. */
  pixels: Uint8Array;
  /** 0 or 255. */
  mask: Uint8Array;
}

/** The pixels of every particle of a run with masks, in the order of the list. */
export async function* particlePixels(run: ListedRun): AsyncGenerator<ParticlePixels> {
  for (const [i, row] of run.rows.entries()) {
    const file = run.texts[i]!.collage_file!;
    const [collage, mask] = [await run.collage(file), await run.mask(file)];
    yield {
      row,
      width: row.image_w!,
      height: row.image_h!,
      pixels: cut(collage, row),
      mask: cut(mask!, row),
    };
  }
}

function cut({ data, width, channels }: Pixels, { image_x, image_y, image_w, image_h }: Row): Uint8Array {
  const rows = Array.from({ length: image_h! }, (_, y) => {
    const start = ((image_y! + y) * width + image_x!) * channels;
    return data.subarray(start, start + image_w! * channels);
  });
  return Buffer.concat(rows);
}
