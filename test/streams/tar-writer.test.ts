import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Output } from '../../src/streams/output.js';
import { readTar } from '../../src/streams/tar-reader.js';
import { TarWriter } from '../../src/streams/tar-writer.js';
import { entriesOf } from '../support/archives.js';
import { collectAll, inChunks } from '../support/chunks.js';
import { shell } from '../support/programs.js';
import { testWith } from '../support/requirements.js';
import { workdir } from '../support/workdir.js';

/** The archive of these files, by our writer. */
async function archiveOf(files: [name: string, bytes: Uint8Array][]): Promise<Buffer> {
  const stream = new PassThrough({ highWaterMark: 2 ** 30 });
  const writer = new TarWriter(new Output(stream));
  for (const [name, bytes] of files) writer.add(name, bytes);
  await writer.end();
  return stream.read() as Buffer;
}

const NAMES = [
  'a.tif',
  'x'.repeat(100),
  'x'.repeat(101),
  `${'x'.repeat(195)}.json`,
  `${'é'.repeat(50)}.tif`,
  `x${'é'.repeat(50)}.tif`,
  `${'𝄞'.repeat(25)}`,
  `xyz${'𝄞'.repeat(40)}`,
  ' spaces and $(…); "quotes"',
  `99 path=${'x'.repeat(86)}`,
];
const FILES = NAMES.map((name, at): [string, Buffer] => [name, Buffer.alloc(at * 171, 'é')]);

testWith(
  ['tar', 'sha256sum'],
  'GNU tar unpacks names of every length and script, and their bytes',
  async () => {
    const folder = workdir();
    const archive = await archiveOf(FILES);
    const { status, stderr } = await shell('tar xf -', { cwd: folder, input: archive });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const { stdout } = await shell('for f in *; do wc -c < "$f" | tr "\\n" " "; printf "%s\\n" "$f"; done', {
      cwd: folder,
    });
    const expected = FILES.map(([name, bytes]) => `${bytes.length} ${name}`);
    expect(stdout.toString().trimEnd().split('\n').sort()).toEqual(expected.sort());
  },
);

testWith(['tar'], 'owner, mode and time are fixed', async () => {
  const { stdout } = await shell('tar tvf - --numeric-owner --utc', {
    input: await archiveOf(FILES.slice(0, 1)),
  });
  expect(stdout.toString()).toBe('-rw-r--r-- 0/0               0 1980-01-01 00:00 a.tif\n');
});

test('any names and bytes come back from our reader and from tar-stream', async () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 150 })
    .filter((text) => /^[^./\0][^\0]*[^/\0]$/su.test(text));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(name, fc.uint8Array({ maxLength: 1100 }))),
      fc.nat(600),
      async (files, size) => {
        const archive = await archiveOf(files);
        expect(archive.length % 512).toBe(0);
        const expected = files.map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes) }));
        expect(await collectAll(readTar(inChunks(archive, size + 1)))).toEqual(expected);
        expect(await entriesOf(archive)).toEqual(expected);
      },
    ),
    { numRuns: 50 },
  );
});

test('the same files give the same bytes', async () => {
  expect((await archiveOf(FILES)).equals(await archiveOf(FILES))).toBe(true);
});
