import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTar } from '../../src/streams/tar-reader.js';
import { CHUNK_SIZES, collectAll, inChunks } from '../support/chunks.js';
import { refusalOf, survives } from '../support/refusals.js';
import { testWith } from '../support/requirements.js';
import { smallArchive, tarBlock } from '../support/tar-blocks.js';
import { workdir } from '../support/workdir.js';

const read = (bytes: Uint8Array, size?: number) => collectAll(readTar(inChunks(bytes, size)));
const plain = (entries: { name: string; bytes: Buffer }[]) =>
  entries.map(({ name, bytes }) => [name, bytes.toString()]);

const LONG = `${'long'.repeat(40)}.tif`;
const DEEP = `${'d'.repeat(70)}/${'e'.repeat(70)}/${'f'.repeat(60)}.tif`;

/** Files as GNU tar packs them, with the given options. */
function packed(files: Record<string, string>, options: string[], names = Object.keys(files)): Buffer {
  const folder = workdir();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return execFileSync('tar', ['-C', folder, '-c', ...options, ...names], { maxBuffer: 2 ** 26 });
}

describe('what GNU tar packs is read', () => {
  const files = {
    'a.json': '{}\n',
    'a.tif': 'x'.repeat(512),
    'empty.tif': '',
    'é€𝄞.tif': 'y',
    [LONG]: 'z',
    [DEEP]: 'w',
  };
  const expected = Object.entries(files);
  for (const format of ['gnu', 'pax', 'posix', 'oldgnu'])
    testWith(
      ['tar'],
      `in ${format} format, with long and foreign names, however a pipe cuts it`,
      async () => {
        const archive = packed(files, [`--format=${format}`]);
        for (const size of CHUNK_SIZES) expect(plain(await read(archive, size))).toEqual(expected);
      },
    );

  testWith(['tar'], 'in ustar and v7 format, with the names that those can hold', async () => {
    const { [LONG]: _, 'é€𝄞.tif': __, ...short } = files;
    expect(plain(await read(packed(short, ['--format=ustar'])))).toEqual(Object.entries(short));
    const { [DEEP]: ___, ...shortest } = short;
    expect(plain(await read(packed(shortest, ['--format=v7'])))).toEqual(Object.entries(shortest));
  });

  testWith(['tar'], 'from a folder: ./ is taken off, and folders are passed over', async () => {
    for (const format of ['gnu', 'pax', 'ustar', 'v7']) {
      const archive = packed({ 'b/a.tif': '1', 'c.tif': '2' }, [`--format=${format}`, '--sort=name'], ['.']);
      expect(plain(await read(archive))).toEqual([['b/a.tif', '1'], ['c.tif', '2']]); // biome-ignore format: pairs
    }
  });

  testWith(['tar'], 'with times, owners and comments in pax headers', async () => {
    const options = ['--format=pax', '--pax-option=globexthdr.name=g,comment=hello,mtime:=1.5'];
    expect(plain(await read(packed({ 'a.tif': '1' }, options)))).toEqual([['a.tif', '1']]);
  });
});

describe('an archive that is cut is refused', () => {
  test('at every byte but the last, with the place', async () => {
    const archive = await smallArchive();
    expect((await read(archive)).length).toBe(3);
    for (let size = 0; size < archive.length; size += 1) {
      const error = await refusalOf(() => read(archive.subarray(0, size)));
      expect(error.kind).toBe('input');
      expect(error.file).toBe('stdin');
      expect(error.message).toMatch(
        /cut short (inside this entry|inside a header|before its end blocks|between its two end blocks)|nothing came in/,
      );
    }
  });

  test('with the entry where it is cut inside one', async () => {
    const archive = await smallArchive();
    expect(await refusalOf(() => read(archive.subarray(0, 520)))).toMatchObject({ entry: 'a.json' });
  });
});

describe('what follows the end of an archive', () => {
  test('is fine where it is zeros, as tar pads to whole records', async () => {
    const archive = Buffer.concat([await smallArchive(), Buffer.alloc(10_240)]);
    for (const size of CHUNK_SIZES) expect((await read(archive, size)).length).toBe(3);
  });

  test('is refused where it is another archive, or anything else', async () => {
    const archive = await smallArchive();
    for (const more of [archive, Buffer.from('x'), Buffer.concat([Buffer.alloc(700), Buffer.from('x')])])
      for (const size of CHUNK_SIZES)
        expect((await refusalOf(() => read(Buffer.concat([archive, more]), size))).message).toMatch(
          /more data follows the end/,
        );
  });
});

describe('entries that are no plain files are refused by their kind', () => {
  testWith(['tar', 'mkfifo'], 'symbolic links, hard links, FIFOs and sparse files of GNU tar', async () => {
    const folder = workdir();
    writeFileSync(join(folder, 'a'), '1');
    execFileSync('ln', [join(folder, 'a'), join(folder, 'b-hard')]);
    symlinkSync('/etc/passwd', join(folder, 'c-link'));
    execFileSync('mkfifo', [join(folder, 'd-fifo')]);
    execFileSync('truncate', ['-s', '1M', join(folder, 'e-sparse')]);
    const tar = (...names: string[]) => execFileSync('tar', ['-C', folder, '-c', ...names]);
    expect((await refusalOf(() => read(tar('a', 'b-hard')))).message).toMatch(/hard link/);
    expect((await refusalOf(() => read(tar('c-link')))).message).toMatch(/symbolic link/);
    expect((await refusalOf(() => read(tar('d-fifo')))).message).toMatch(/FIFO/);
    expect((await refusalOf(() => read(tar('-S', 'e-sparse')))).message).toMatch(/sparse/);
    expect((await refusalOf(() => read(tar('-S', '--format=pax', 'e-sparse')))).message).toMatch(/sparse/);
  });

  test('devices, parts of volumes, and what nobody knows', async () => {
    for (const [type, words] of [
      ['3', /character device/],
      ['4', /block device/],
      ['M', /multi-volume/],
      ['Z', /unknown type "Z"/],
    ] as const) {
      // biome-ignore format: pairs
      const error = await refusalOf(() => read(Buffer.concat([tarBlock({ name: 'x.tif', type }), Buffer.alloc(1024)])));
      expect(error.message).toMatch(words);
      expect(error.entry).toBe('x.tif');
    }
  });
});

test('names that are not UTF-8 are refused: they could not be written again as they were', async () => {
  const block = tarBlock({ name: 'caf~.tif' });
  block[3] = 0xe9;
  const sum =
    block.subarray(0, 148).reduce((total, byte) => total + byte, 8 * 0x20) +
    block.subarray(156).reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const error = await refusalOf(() => read(Buffer.concat([block, Buffer.alloc(1024)])));
  expect(error.message).toBe('the name of this entry is not UTF-8');
});

describe('lies and bombs are refused before they cost anything', () => {
  /** Counts how much of an endless stream is taken behind a block. */
  async function takenBehind(block: Buffer) {
    let taken = 0;
    async function* endless() {
      yield block;
      for (; taken < 2 ** 30; taken += 65_536) yield Buffer.alloc(65_536, 'x');
    }
    const error = await refusalOf(() => collectAll(readTar(endless())));
    return { error, taken };
  }

  test('an entry beyond the limit, which the error names', async () => {
    for (const size of [2 ** 33 - 1, 257 * 2 ** 20]) {
      const { error, taken } = await takenBehind(tarBlock({ name: 'x.tif', size }));
      expect(error.message).toBe(`${size} bytes are more than the 268435456 that an entry may have`);
      expect(taken).toBe(0);
    }
  });

  test('a pax header of a gigabyte, a GNU name of a gigabyte', async () => {
    for (const type of ['x', 'g', 'L', 'K']) {
      const { error, taken } = await takenBehind(tarBlock({ name: 'x', size: 2 ** 30, type }));
      expect(error.message).toMatch(/more than the 1048576/);
      expect(taken).toBe(0);
    }
  });

  test('pax records that do not add up', async () => {
    for (const body of [
      '5 a=\n',
      '999 path=x\n',
      '0 path=x\n',
      'path=x\n',
      '10 path=x ',
      '9999999999 path=x\n',
      '12 size=-5\n\n',
      '14 size=1e308\n',
      '11 nothing\n',
    ]) {
      // biome-ignore format: a list
      const block = tarBlock({ name: 'p', size: body.length, type: 'x' });
      const padded = Buffer.concat([Buffer.from(body), Buffer.alloc(512 - body.length)]);
      const archive = Buffer.concat([block, padded, await smallArchive()]);
      if (body === '5 a=\n') expect((await read(archive)).length).toBe(3);
      else expect((await refusalOf(() => read(archive))).message).toMatch(/damaged/);
    }
  });

  test('a size that is smaller or larger than the body', async () => {
    const archive = await smallArchive();
    for (const size of [0, 1024]) {
      const forged = Buffer.concat([tarBlock({ name: 'a.json', size }), archive.subarray(512)]);
      expect((await refusalOf(() => read(forged))).message).toMatch(/damaged|cut short/);
    }
  });
});

describe('what is no archive is refused by what it is', () => {
  const cases: [what: string, bytes: Buffer, words: RegExp, hint: RegExp][] = [
    ['nothing', Buffer.alloc(0), /nothing came in/, /step before/],
    ['text', Buffer.alloc(2048, 'hello '), /no tar archive/, /comes from fc-decollage/],
    ['NDJSON', Buffer.alloc(2048, '{"run":"x"}\n'), /no tar archive/, /NDJSON/],
    [
      'gzip',
      Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(2048, 7)]),
      /no tar archive/,
      /compressed/,
    ],
  ];
  for (const [what, bytes, words, hint] of cases)
    test(what, async () => {
      const error = await refusalOf(() => read(bytes));
      expect(error.message).toMatch(words);
      expect(error.hint).toMatch(hint);
    });

  test('a flipped bit anywhere in a header is seen', async () => {
    const archive = await smallArchive();
    for (let at = 0; at < 512; at += 1) {
      if (at >= 148 && at < 156) continue; // The checksum itself, whose last bytes only fill up.
      for (let bit = 1; bit < 256; bit *= 2) {
        const broken = Buffer.from(archive);
        broken[1024 + at]! ^= bit;
        expect((await refusalOf(() => read(broken))).message).toBe('the archive is damaged near byte 1536');
      }
    }
  });

  test('any bytes: an answer or an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 1600 }), (bytes) => survives(() => read(bytes))),
    );
  });
});
