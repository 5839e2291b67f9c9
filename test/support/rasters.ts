/** Images in the tests: read by a reader that is not ours, cut by a loop, and written byte by byte. */
import UTIF from 'utif';

/** Rows from top to bottom, samples side by side; 16 bits are little-endian. */
export interface Raster {
  width: number;
  height: number;
  channels: number;
  bits: number;
  data: Buffer;
}

/** Reads a TIFF with utif, which shares nothing with our writer and with the library that reads collages. */
export function readTiffPixels(bytes: Uint8Array): Raster {
  const [page, ...more] = UTIF.decode(bytes);
  if (page === undefined || more.length > 0) throw new Error(`${more.length + 1} pages`);
  UTIF.decodeImage(bytes, page);
  const channels = page.t277?.[0] ?? 1;
  const bits = page.t258![0]!;
  const size = page.width * page.height * channels * (bits / 8);
  return {
    width: page.width,
    height: page.height,
    channels,
    bits,
    data: Buffer.from(page.data.subarray(0, size)),
  };
}

/** What a list says of a particle's place. */
export interface Place {
  image_x: number;
  image_y: number;
  image_w: number;
  image_h: number;
}

/** The pixels of a rectangle, one by one. */
export function cropOf({ width, channels, bits, data }: Raster, place: Place): Raster {
  const size = (channels * bits) / 8;
  const cut: number[] = [];
  for (let y = place.image_y; y < place.image_y + place.image_h; y += 1)
    for (let x = place.image_x; x < place.image_x + place.image_w; x += 1)
      for (let byte = 0; byte < size; byte += 1) cut.push(data[(y * width + x) * size + byte]!);
  return { width: place.image_w, height: place.image_h, channels, bits, data: Buffer.from(cut) };
}

/** Pixels that differ everywhere. */
export function noise(width: number, height: number, channels = 1, bits = 8): Raster {
  const data = Buffer.alloc((width * height * channels * bits) / 8);
  let state = 1;
  for (let at = 0; at < data.length; at += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    data[at] = state >>> 16;
  }
  return { width, height, channels, bits, data };
}

/** Like `noise`, with three equal channels, as from a mono camera. */
export function greyNoise(width: number, height: number): Raster {
  const { data } = noise(width, height);
  return { width, height, channels: 3, bits: 8, data: Buffer.from([...data].flatMap((v) => [v, v, v])) };
}

/** Values of tags (SHORT where they fit, LONG otherwise); `undefined` leaves a tag out. */
export type Tags = Record<number, number[] | undefined>;

/** A TIFF of uncompressed strips, written byte by byte; `tags` overrides what the pixels ask for. */
export function writeTiffBytes(
  raster: Raster,
  tags: Tags = {},
  { rowsPerStrip = raster.height } = {},
): Buffer {
  const { width, height, channels, bits, data } = raster;
  const rowBytes = (width * channels * bits) / 8;
  const offsets: number[] = [];
  const counts: number[] = [];
  for (let row = 0; row < height; row += rowsPerStrip) {
    offsets.push(8 + row * rowBytes);
    counts.push(Math.min(rowsPerStrip, height - row) * rowBytes);
  }
  const all: Tags = {
    256: [width],
    257: [height],
    258: Array<number>(channels).fill(bits),
    259: [1],
    262: [channels === 1 ? 1 : 2],
    273: offsets,
    277: [channels],
    278: [rowsPerStrip],
    279: counts,
    284: [1],
    ...tags,
  };
  const head = Buffer.from('II*\0\0\0\0\0', 'latin1');
  const padded = Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
  padded.writeUInt32LE(padded.length, 4);
  return Buffer.concat([padded, directory(all, padded.length)]);
}

function directory(tags: Tags, at: number): Buffer {
  const entries = Object.entries(tags)
    .filter((entry): entry is [string, number[]] => entry[1] !== undefined)
    .map(([tag, values]) => [Number(tag), values] as const)
    .sort(([a], [b]) => a - b);
  const table = Buffer.alloc(2 + entries.length * 12 + 4);
  table.writeUInt16LE(entries.length);
  const values: Buffer[] = [];
  let end = at + table.length;
  entries.forEach(([tag, numbers], index) => {
    const long = numbers.some((value) => value > 0xffff);
    const bytes = Buffer.alloc(Math.max(4, numbers.length * (long ? 4 : 2)));
    numbers.forEach((value, place) => {
      if (long) bytes.writeUInt32LE(value, place * 4);
      else bytes.writeUInt16LE(value, place * 2);
    });
    const entry = table.subarray(2 + index * 12);
    entry.writeUInt16LE(tag);
    entry.writeUInt16LE(long ? 4 : 3, 2);
    entry.writeUInt32LE(numbers.length, 4);
    if (bytes.length === 4) bytes.copy(entry, 8);
    else {
      entry.writeUInt32LE(end, 8);
      values.push(bytes);
      end += bytes.length;
    }
  });
  return Buffer.concat([table, ...values]);
}
