import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Directory } from '../../src/image/directory.js';
import { ascii, bytes, longs, rationals, shorts, untyped } from '../../src/image/fields.js';
import { bytesOf, DirectoryReader, type Field, numberOf, readTiff } from '../../src/image/ifd.js';
import { type DirectoryTree, writeTiffStructure } from '../../src/image/ifd-writer.js';

const anyField: fc.Arbitrary<Field> = fc.oneof(
  fc.array(fc.nat(255), { minLength: 1, maxLength: 9 }).map((values) => bytes(...values)),
  fc.stringMatching(/^[ -~]{0,20}$/).map(ascii),
  fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 5 }).map((values) => shorts(...values)),
  fc.array(fc.nat(0xffffffff), { minLength: 1, maxLength: 5 }).map((values) => longs(...values)),
  fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)).map((fraction) => rationals(fraction)),
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map((values) => untyped(Buffer.from(values))),
);

const anyDirectory = fc
  .uniqueArray(fc.tuple(fc.nat(0xffff), anyField), { selector: ([tag]) => tag, maxLength: 20 })
  .map((entries) => new Directory(entries));

const plain = (directory: Directory) =>
  [...directory]
    .map(([tag, field]) => [tag, field.type, field.count, bytesOf(field).toString('hex')])
    .sort(([a], [b]) => Number(a) - Number(b));

describe('what is written is read again', () => {
  for (const littleEndian of [true, false]) {
    test(`any chain of directories, ${littleEndian ? 'little' : 'big'}-endian`, () => {
      fc.assert(
        fc.property(fc.array(anyDirectory, { minLength: 1, maxLength: 4 }), (directories) => {
          const chain = directories.reduceRight<DirectoryTree | undefined>(
            (next, fields) => ({ fields, next }),
            undefined,
          )!;
          const file = writeTiffStructure(chain, littleEndian);
          const { pages, littleEndian: order } = readTiff(file);
          expect(order).toBe(littleEndian);
          expect(pages.map(plain)).toEqual(directories.map(plain));
          expect(file.equals(writeTiffStructure(chain, littleEndian))).toBe(true);
        }),
      );
    });
  }

  test('directories that tags point to, and image data in pieces, on word boundaries', () => {
    const pieces = [Buffer.from('odd'), Buffer.from('even'), Buffer.from('x')];
    const file = writeTiffStructure({
      fields: new Directory([[279, longs(3, 4, 1)]]),
      children: new Map([[34665, { fields: new Directory([[37510, untyped(Buffer.from('odd sized'))]]) }]]),
      data: { offsetsTag: 273, pieces },
      next: { fields: new Directory([[256, shorts(7)]]) },
    });
    const reader = new DirectoryReader(file);
    const { directory, next } = reader.read(reader.first);
    expect(directory.tags).toEqual([273, 279, 34665]);
    const child = reader.read(numberOf(directory, 34665)!).directory;
    expect(bytesOf(child.get(37510)!).toString()).toBe('odd sized');
    expect(numberOf(reader.read(next).directory, 256)).toBe(7);
    const offsets = directory.get(273)!;
    pieces.forEach((piece, index) => {
      const at = offsets.bytes.readUInt32LE(offsets.start + index * 4);
      expect(at % 2).toBe(0);
      expect(file.subarray(at, at + piece.length).equals(piece)).toBe(true);
    });
  });
});
