import { inputError } from '../errors.js';
import { LIMITS, raise } from '../limits.js';
import type { Bound } from './bounded-file.js';
import { ByteSource } from './byte-source.js';
import { BLOCK, decodeHeader, decodePax, type Header, isZero, paddingOf } from './tar-header.js';

export interface TarEntry {
  /** Path in the archive, without a leading `./`. */
  name: string;
  bytes: Buffer;
}

export interface TarOptions {
  /** What the archive is called in errors. */
  source?: string;
  /** Refuse entries of more bytes than this; an entry is held in memory whole. */
  maxEntryBytes?: number | undefined;
  /** Refuse extended headers of more bytes than this. */
  maxHeaderBytes?: number | undefined;
}

/** Type flags of entries that say something of the next one. */
const EXTENSIONS = 'xgLK';

/** Type flags of entries that hold no data of their own. */
const REFUSED: Record<string, string> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a FIFO',
  S: 'a sparse file',
  M: 'a part of a multi-volume archive',
};

/**
 * Reads a tar archive; its entries come in batches, as many as one chunk of the input holds. Folders are passed
 * over; links, devices and sparse files are refused.
 *
 * @throws an input error where the archive is cut short anywhere, goes on after its end, is empty or damaged.
 *   Both zero blocks at the end must be there: nothing else tells a whole archive from one whose producer died.
 */
export async function* readTar(
  input: AsyncIterable<Uint8Array>,
  {
    source: file = 'stdin',
    maxEntryBytes = LIMITS.entryBytes,
    maxHeaderBytes = LIMITS.headerBytes,
  }: TarOptions = {},
): AsyncGenerator<TarEntry[]> {
  const source = new ByteSource(input);
  const entryBound = { most: maxEntryBytes, option: 'max-entry-bytes' };
  const headerBound = { most: maxHeaderBytes, option: 'max-header-bytes' };
  /** What an extension says of the entry after it. */
  let next: { path?: string; size?: number } = {};
  let batch: TarEntry[] = [];
  try {
    for (;;) {
      if (source.ready < BLOCK) {
        if (batch.length > 0) yield batch;
        batch = [];
        await source.fill(BLOCK);
      }
      const header = takeHeader(source, file);
      if (header === undefined) break;
      const isExtension = EXTENSIONS.includes(header.type);
      const entry = isExtension ? 'an extended header' : (next.path ?? header.name);
      const size = isExtension ? header.size : (next.size ?? header.size);
      checkEntry(header.type, size, isExtension ? headerBound : entryBound, { file, entry });
      const whole = size + paddingOf(size);
      if (source.ready < whole) {
        if (batch.length > 0) yield batch;
        batch = [];
        if (!(await source.fill(whole)))
          throw inputError('the archive is cut short inside this entry', {
            file,
            entry,
            hint: 'look at the step before',
          });
      }
      const bytes = source.take(size);
      source.skip(whole - size);
      if (header.type === 'L') next.path = bytes.toString('utf8').replace(/\0.*$/s, '');
      else if (header.type === 'x') next = { ...next, ...extension(bytes, file, source) };
      else if (!isExtension) {
        next = {};
        if (header.type === '5' && size > 0) throw damaged(file, source);
        // What is no UTF-8 was read as this, and could not be written again as it was.
        if (entry.includes('\ufffd'))
          throw inputError('the name of this entry is not UTF-8', { file, entry, hint: 'rename it first' });
        if (header.type === '0') batch.push({ name: withoutDot(entry), bytes });
      }
    }
    if (batch.length > 0) yield batch;
    if (next.path !== undefined || next.size !== undefined) throw damaged(file, source);
    await readEnd(source, file);
  } finally {
    await source.close();
  }
}

const withoutDot = (path: string): string => (path.startsWith('.') ? path.replace(/^(\.\/+)+/, '') : path);

/** The next header; undefined at the first of the zero blocks that end an archive. */
function takeHeader(source: ByteSource, file: string): Header | undefined {
  if (source.ready < BLOCK) {
    if (source.position === 0 && source.ready === 0)
      throw inputError('nothing came in where a tar archive is due', {
        file,
        hint: 'look at the step before',
      });
    throw cutShort(source.ready === 0 ? 'before its end blocks' : 'inside a header', file, source);
  }
  const first = source.position === 0;
  const block = source.take(BLOCK);
  if (block[0] === 0 && isZero(block)) return undefined;
  const header = decodeHeader(block);
  if (header === undefined) throw first ? notTar(block, file) : damaged(file, source);
  return header;
}

/** Refuses entries that are no plain files, folders or extensions, or too large to be held in memory. */
function checkEntry(
  type: string,
  size: number,
  { most, option }: Bound,
  place: { file: string; entry: string },
): void {
  if (REFUSED[type] !== undefined)
    throw inputError(`this entry is ${REFUSED[type]}`, { ...place, hint: 'archive plain files only' });
  if (!`05${EXTENSIONS}`.includes(type))
    throw inputError(`this entry is of the unknown type "${type}"`, place);
  if (size > most)
    throw inputError(`${size} bytes are more than the ${most} that an entry may have`, {
      ...place,
      hint: raise(option),
    });
}

function extension(body: Buffer, file: string, source: ByteSource): { path?: string; size?: number } {
  const records = decodePax(body);
  if (records === undefined) throw damaged(file, source);
  const found: { path?: string; size?: number } = {};
  const [path, size] = [records.get('path'), records.get('size')];
  if (path !== undefined) found.path = path;
  if (size !== undefined) {
    if (!/^\d{1,15}$/.test(size)) throw damaged(file, source);
    found.size = Number(size);
  }
  if ([...records.keys()].some((key) => key.startsWith('GNU.sparse.')))
    throw inputError('this entry is a sparse file', { file, ...(path === undefined ? {} : { entry: path }) });
  return found;
}

/** After the first zero block: the second, then nothing but zeros (archives are padded to whole records). */
async function readEnd(source: ByteSource, file: string): Promise<void> {
  if (!(await source.fill(BLOCK))) throw cutShort('between its two end blocks', file, source);
  if (!isZero(source.take(BLOCK))) throw damaged(file, source);
  while (source.ready > 0 || (await source.fill(1))) {
    if (isZero(source.take(source.ready))) continue;
    throw inputError('more data follows the end of the archive', {
      file,
      hint: 'join archives with tar --concatenate, not with cat',
    });
  }
}

const cutShort = (where: string, file: string, source: ByteSource) =>
  inputError(`the archive is cut short ${where}, after ${source.position} bytes`, {
    file,
    hint: 'look at the step before',
  });

const damaged = (file: string, source: ByteSource) =>
  inputError(`the archive is damaged near byte ${source.position}`, { file });

function notTar(block: Buffer, file: string) {
  const hint =
    block[0] === 0x1f && block[1] === 0x8b
      ? 'it looks compressed: put gunzip before this step'
      : block[0] === 0x7b
        ? 'it looks like NDJSON, which fc-decollage reads'
        : 'a vignette stream comes from fc-decollage, fc-exif or tar';
  return inputError('this is no tar archive', { file, hint });
}
