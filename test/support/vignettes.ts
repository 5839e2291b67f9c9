/** Vignettes and streams of them, small enough to be read in a test, and their tags as exiftool sees them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { execa } from 'execa';
import sharp from 'sharp';
import { expect } from 'vitest';
import { Output } from '../../src/streams/output.js';
import { Sidecar } from '../../src/streams/sidecar.js';
import { VignetteWriter } from '../../src/streams/vignette-stream.js';
import { type Outcome, run } from './programs.js';
import { noise, writeTiffBytes } from './rasters.js';

/** A record as fc-decollage writes it into a sidecar, with the fields that tags come from. */
export const recordOf = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  run: 'Lake_54.0143_-2.7770_04052023_1',
  folder: 'Lake_54.0143_-2.7770_04052023_1',
  index: 0,
  instrument: { software: 'VisualSpreadsheet', software_version: '4.10.8', utc_offset: '+02:00' },
  id: 1,
  cal_const: 0.5544,
  abd_diameter: 12.5,
  timestamp: '2023-05-22T12:46:36.057',
  collage_file: 'Lake_000001.tif',
  image_id: '51F0EF87-FAF4-4C45-9F76-A89483846199',
  ...changes,
});

/** A record of a run whose name says nothing. */
export const silentRecord = (changes: Record<string, unknown> = {}) =>
  recordOf({ run: 'tank25', folder: 'tank25', ...changes });

/** A grey TIFF of 7 by 5 pixels, by a writer that is not ours. */
export const tinyTiff = (): Buffer => writeTiffBytes(noise(7, 5));

/** The same pixels in another format. */
export const tinyImage = (format: 'png' | 'jpeg'): Promise<Buffer> => {
  const { width, height, data } = noise(7, 5);
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .toFormat(format)
    .toBuffer();
};

export interface TinyVignette {
  name: string;
  record?: Record<string, unknown>;
  image?: Uint8Array;
  extension?: string;
  mask?: Uint8Array;
}

/** A vignette stream. */
export async function streamOf(vignettes: TinyVignette[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  const writer = new VignetteWriter(new Output(sink));
  for (const { name, record, image = tinyTiff(), extension = 'tif', mask } of vignettes)
    await writer.write({
      name,
      image: { extension, bytes: image },
      ...(record === undefined ? {} : { sidecar: Sidecar.of(record) }),
      ...(mask === undefined ? {} : { mask }),
    });
  await writer.end();
  return Buffer.concat(chunks);
}

/** A stream of one vignette. */
export const oneVignette = (record: Record<string, unknown> | undefined = recordOf(), more = {}) =>
  streamOf([{ name: 'Lake_0', ...(record === undefined ? {} : { record }), ...more }]);

/** Runs fc-exif on a stream. */
export const exif = (stream: Uint8Array, args: string[] = []): Promise<Outcome> =>
  run('fc-exif', args, { input: stream });

/** Runs fc-exif, expects success, and returns what `fc-exif --read` says of the result's images. */
export async function tagsAfter(stream: Uint8Array, args: string[] = []): Promise<Record<string, unknown>[]> {
  const tagged = await exif(stream, args);
  expect({ status: tagged.status, stderr: tagged.stderr }).toEqual({
    status: 0,
    stderr: expect.anything(),
  });
  return tagsIn(tagged.stdout);
}

/** What `fc-exif --read` says of a stream's images. */
export async function tagsIn(stream: Uint8Array): Promise<Record<string, unknown>[]> {
  const { stdout, stderr, status } = await exif(stream, ['--read', '--quiet']);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Tags of images by exiftool's names, as plain values. */
export async function exiftoolTags(paths: string[]): Promise<Record<string, unknown>[]> {
  const { stdout } = await execa('exiftool', ['-json', '-n', ...paths]);
  return JSON.parse(stdout);
}

/** Expects exiftool to find no fault with files, not even a minor one. */
export async function expectValid(paths: string[]): Promise<void> {
  const { stdout } = await execa('exiftool', ['-q', '-p', '$filename: $validate', '-validate', ...paths]);
  expect(stdout.split('\n').filter((line) => !line.endsWith(': OK'))).toEqual([]);
  expect(stdout.split('\n')).toHaveLength(paths.length);
}

/** Writes files into a folder and returns their paths. */
export function writeAll(folder: string, files: Record<string, Uint8Array | string>): string[] {
  return Object.entries(files).map(([name, bytes]) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  });
}
