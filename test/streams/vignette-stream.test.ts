import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Output } from '../../src/streams/output.js';
import { Sidecar } from '../../src/streams/sidecar.js';
import type { Vignette } from '../../src/streams/vignette.js';
import {
  readVignettes,
  unsafeName,
  VignetteWriter,
  vignetteFile,
} from '../../src/streams/vignette-stream.js';
import { namesOf } from '../support/archives.js';
import { collectAll, inChunks } from '../support/chunks.js';
import { refusalOf } from '../support/refusals.js';
import { archiveWith } from '../support/tar-blocks.js';

const read = async (files: [name: string, text: string][]) =>
  collectAll(readVignettes(inChunks(await archiveWith(files))));

async function written(vignettes: Vignette[]): Promise<Buffer> {
  const stream = new PassThrough({ highWaterMark: 2 ** 30 });
  const writer = new VignetteWriter(new Output(stream));
  for (const vignette of vignettes) await writer.write(vignette);
  await writer.end();
  return stream.read() as Buffer;
}

/** What is in a vignette, as plain values. */
const plain = ({ name, sidecar, image, mask }: Vignette) => ({
  name,
  record: sidecar?.record,
  extension: image.extension,
  image: Buffer.from(image.bytes).toString('hex'),
  mask: mask && Buffer.from(mask).toString('hex'),
});

describe('vignettes come back as they were written', () => {
  const name = fc
    .string({ unit: fc.constantFrom('a', 'B', '.', '-', ' ', 'é', '1'), minLength: 1, maxLength: 60 })
    .filter((text) => !text.endsWith('.mask') && !/^\.+$/.test(text));
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
  const vignette = fc.record({
    name,
    sidecar: fc.option(fc.dictionary(fc.string(), fc.jsonValue()), { nil: undefined }),
    image: fc.record({ extension: fc.constantFrom('tif', 'png', 'jpeg', 'jpg'), bytes }),
    mask: fc.option(bytes, { nil: undefined }),
  });

  test('whatever they are called and made of, the sidecar before the image, the mask behind it', async () => {
    const unique = fc.uniqueArray(vignette, { selector: (one) => one.name, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(unique, async (all) => {
        const vignettes = all.map(
          ({ sidecar, mask, ...rest }): Vignette => ({
            ...rest,
            ...(sidecar && { sidecar: Sidecar.of(sidecar) }),
            ...(mask && { mask }),
          }),
        );
        const archive = await written(vignettes);
        const expected = vignettes.map((one) => JSON.parse(JSON.stringify(plain(one))));
        const back = await collectAll(readVignettes(inChunks(archive, 97)));
        expect(back.map((one) => JSON.parse(JSON.stringify(plain(one))))).toEqual(expected);
        expect(await namesOf(archive)).toEqual(
          vignettes.flatMap((one) => [
            ...(one.sidecar ? [`${one.name}.json`] : []),
            `${one.name}.${one.image.extension}`,
            ...(one.mask ? [`${one.name}.mask.png`] : []),
          ]),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('also where image, mask and sidecar stand in another order, or alone', async () => {
    const vignettes = await read([['a.tif', '1'], ['a.mask.png', '2'], ['a.json', '{"x":1}'], ['b.mask.png', '3'], ['b.jpeg', '4'], ['c.d.png', '5']]); // biome-ignore format: pairs
    expect(vignettes.map(({ name, sidecar, image, mask }) => [name, sidecar?.record, image.extension, String(mask)])).toEqual([['a', { x: 1 }, 'tif', '2'], ['b', undefined, 'jpeg', '3'], ['c.d', undefined, 'png', 'undefined']]); // biome-ignore format: rows
  });
});

test('the files of a vignette are told apart by the end of their names', () => {
  expect(vignetteFile('a.b.json')).toEqual({ name: 'a.b', kind: 'sidecar' });
  expect(vignetteFile('a.mask.png')).toEqual({ name: 'a', kind: 'mask' });
  expect(vignetteFile('d/a.TIFF')).toEqual({ name: 'd/a', kind: 'image', extension: 'TIFF' });
  for (const other of ['.json', '.tif', 'a.txt', 'a', 'a.tif.bak'])
    expect(vignetteFile(other)).toBeUndefined();
});

describe('a stream that cannot be right is refused, with the entry', () => {
  const cases: [what: string, files: [string, string][], words: RegExp, entry: string][] = [
    ['files of a vignette that are no neighbours', [['a.json', '{}'], ['b.json', '{}'], ['a.tif', '1']], /no image beside/, 'a'],
    ['a sidecar without image at the end', [['a.tif', '1'], ['b.json', '{}']], /no image beside/, 'b'],
    ['a name twice', [['a.tif', '1'], ['b.tif', '1'], ['a.tif', '2']], /two vignettes have this name/, 'a'],
    ['two images of one name', [['a.tif', '1'], ['a.png', '2']], /two image files/, 'a.png'],
    ['two sidecars of one name', [['a.json', '{}'], ['a.json', '{}']], /two sidecar files/, 'a.json'],
    ['a sidecar that is no JSON', [['a.json', '{']], /not JSON/, 'a.json'],
    ['a sidecar that is no object', [['a.json', '[]']], /not a JSON object/, 'a.json'],
    ['what is no image', [['README.txt', 'hello']], /neither an image/, 'README.txt'],
    ['a path out of the folder', [['../a.tif', '1']], /leads out of its folder/, '../a.tif'],
    ['an absolute path', [['/etc/a.tif', '1']], /absolute path/, '/etc/a.tif'],
    ['a control character', [['a\u001b[2J.tif', '1']], /control character/, 'a\u001b[2J.tif'],
  ]; // biome-ignore format: a row a case
  for (const [what, files, words, entry] of cases)
    test(what, async () => {
      const error = await refusalOf(() => read(files));
      expect(error.message).toMatch(words);
      expect(error.entry).toBe(entry);
    });

  test('and says how to sort files into neighbours', async () => {
    const error = await refusalOf(() => read([['a.json', '{}'], ['b.json', '{}'], ['a.tif', '1']])); // biome-ignore format: pairs
    expect(error.hint).toMatch(/tar --sort=name/);
  });
});

test('names that leave their folder are known, and no others', () => {
  for (const name of ['..', '.', '', '/a', 'a/../b', 'a//b', 'a/', '../a', 'a/..', 'a\nb', 'a\u007f'])
    expect(unsafeName(name), name).toBeDefined();
  for (const name of ['a', 'a/b', '..a', 'a..b', '...', 'é', 'a b', '$(a)', '-a'])
    expect(unsafeName(name), name).toBeUndefined();
});
