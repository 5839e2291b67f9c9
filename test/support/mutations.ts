/** Bytes as a broken disk, a wrong program or a stranger would leave them. */
import fc from 'fast-check';
import { isLong, times } from './long-part.js';

/** How many cases: few for every day; in the long part so many that they add up to 100,000. */
export const cases = (few: number): number => times(few, few * 11);

/** Room for the long part, in milliseconds. */
export const LONG = isLong ? 1_800_000 : 120_000;

interface Edit {
  kind: 'flip' | 'set' | 'cut' | 'drop' | 'double' | 'insert';
  /** Where, as a part of the length. */
  at: number;
  /** How many bytes. */
  length: number;
  bytes: Uint8Array;
}

/** What breaks a parser: signs it lives by, numbers at the edge, text that is none. */
const TELLING = ['\n', '\r', '|', ',', '"', '{', '}', '\0', '\ufeff', '-', '.', '/../', '1e999', 'NaN', '99999999999', '-1', '\u001b[2J', 'num-fields|', '$error', '\xff\xfe', '\x80'].map((text) => Buffer.from(text, 'latin1')); // biome-ignore format: a list

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('flip', 'set', 'cut', 'drop', 'double', 'insert'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 64 }),
  bytes: fc.oneof(fc.constantFrom(...TELLING), fc.uint8Array({ minLength: 1, maxLength: 8 })),
});

/** Up to a few changes of these bytes. */
export const mutated = (original: Uint8Array): fc.Arbitrary<Buffer> =>
  fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) => edits.reduce<Buffer>((bytes, one) => apply(bytes, one), Buffer.from(original)));

function apply(original: Buffer, { kind, at, length, bytes }: Edit): Buffer {
  const place = Math.min(Math.floor(at * original.length), Math.max(0, original.length - 1));
  const [before, rest] = [original.subarray(0, place), original.subarray(place)];
  const after = rest.subarray(length);
  switch (kind) {
    case 'flip': {
      const copy = Buffer.from(original);
      if (copy.length > 0) copy[place]! ^= 1 << (length % 8);
      return copy;
    }
    case 'set':
      return Buffer.concat([before, bytes, rest.subarray(bytes.length)]);
    case 'cut':
      return Buffer.from(before);
    case 'drop':
      return Buffer.concat([before, after]);
    case 'double':
      return Buffer.concat([before, rest.subarray(0, length), rest]);
    case 'insert':
      return Buffer.concat([before, bytes, rest]);
  }
}
