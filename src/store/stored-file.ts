/** What is to be stored: the files of vignettes, from streams, files and folders. */
import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorCode, inputError, systemReason, usageError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { Report } from '../report.js';
import { fileBound, readBounded } from '../streams/bounded-file.js';
import { filesOf, readVignettes, type VignetteLimits, vignetteFile } from '../streams/vignette-stream.js';
import type { ObjectKind } from './receipt.js';

/** A file on its way to a store. */
export interface StoredFile {
  /** Its name below the prefix. */
  path: string;
  kind: Exclude<ObjectKind, 'archive'>;
  bytes: Uint8Array;
  /** Where it comes from, for errors. */
  source: string;
}

/** A file with the key it gets, ready to be sent. */
export interface ObjectToStore {
  key: string;
  kind: ObjectKind;
  bytes: Uint8Array;
  /** Of the bytes, hex. */
  md5: string;
  contentType: string;
}

/** Archives are read in pieces of this many bytes. */
export const PIECE = 1024 * 1024;

const CONTENT_TYPES: Record<string, string> = {
  tif: 'image/tiff',
  tiff: 'image/tiff',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  json: 'application/json',
};

export const toStore = ({ kind, bytes, path }: StoredFile, key: string): ObjectToStore => ({
  key,
  kind,
  bytes,
  md5: hash('md5', bytes),
  contentType:
    CONTENT_TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream',
});

export interface SourceOptions {
  /** Vignette streams (`-`, `.tar`), images, masks and sidecars, folders of them; none is `-`. */
  operands: string[];
  input: AsyncIterable<Uint8Array>;
  /** Whether sidecars are wanted; they are passed over otherwise. */
  sidecars: boolean;
  limits: VignetteLimits;
  report: Report;
  signal: AbortSignal;
}

/**
 * Reads what is to be stored, one file at a time, in the order of the operands; folders by name.
 *
 * @throws an input error where something cannot be read or is no part of a vignette; a cut stream is one
 */
export async function* filesToStore(options: SourceOptions): AsyncGenerator<StoredFile> {
  const { operands, input, sidecars, limits, report, signal } = options;
  const wanted = { sidecars, limits };
  if (operands.filter((operand) => operand === '-').length > 1) throw usageError('- is named twice');
  for (const operand of operands.length === 0 ? ['-'] : operands) {
    if (operand === '-') yield* ofStream(input, 'stdin', wanted);
    else if (await isFolder(operand)) yield* ofFolder(operand, wanted, report);
    else if (/\.tar$/i.test(operand))
      yield* ofStream(createReadStream(operand, { highWaterMark: PIECE, signal }), operand, wanted);
    else {
      const part = vignetteFile(basename(operand));
      if (part === undefined)
        throw inputError('is neither an image (tif, png, jpeg), a sidecar (json) nor an archive (tar)', {
          file: operand,
        });
      if (part.kind === 'sidecar' && !sidecars)
        throw usageError(`${operand} is a sidecar, which is stored with --sidecars only`);
      yield await ofFile(operand, limits);
    }
  }
}

/** Whether sidecars are stored, too, and how large files may be. */
type Wanted = Pick<SourceOptions, 'sidecars' | 'limits'>;

async function* ofStream(
  input: AsyncIterable<Uint8Array>,
  source: string,
  { sidecars, limits }: Wanted,
): AsyncGenerator<StoredFile> {
  try {
    for await (const vignettes of readVignettes(input, { source, ...limits })) {
      for (const { sidecar, ...images } of vignettes) {
        const wanted = sidecars && sidecar !== undefined ? { ...images, sidecar } : images;
        for (const { path, bytes } of filesOf(wanted)) yield { path, kind: kindOf(path)!, bytes, source };
      }
    }
  } catch (cause) {
    if (errorCode(cause) === undefined || source === 'stdin') throw cause;
    throw unreadable(source, cause);
  }
}

/** What may hold vignettes of its own is never passed over: an upload without them would look complete. */
async function refuseContainer(path: string): Promise<void> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (!isFolder && !/\.tar$/i.test(path)) return;
  throw inputError(`this ${isFolder ? 'folder' : 'archive'} lies within a folder that is to be stored`, {
    file: path,
    hint: 'name it beside the images, as an operand of its own, or move it away',
  });
}

async function* ofFolder(
  folder: string,
  { sidecars, limits }: Wanted,
  report: Report,
): AsyncGenerator<StoredFile> {
  let others = 0;
  const names = await namesIn(folder);
  // Its collages would pass for vignettes.
  const list = names.find((name) => /\.(lst|flb)$/i.test(name));
  if (list !== undefined)
    throw inputError(`this is a run folder (it holds ${list}), and what it holds are no vignettes`, {
      file: folder,
      hint: 'make them with fc-decollage, or name its files if you mean them',
    });
  for (const name of names) {
    const kind = kindOf(name);
    if (kind === undefined) {
      await refuseContainer(join(folder, name));
      others += 1;
    } else if (sidecars || kind !== 'sidecar') yield await ofFile(join(folder, name), limits);
  }
  if (others > 0) {
    const entries = others === 1 ? '1 entry is' : `${others} entries are`;
    report.note(`${folder}: ${entries} no vignette, and not stored`);
  }
}

/** By name, in an order that does not depend on the language; names with a dot in front are not seen. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => !name.startsWith('.')).sort();
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

async function ofFile(
  path: string,
  { maxEntryBytes = LIMITS.entryBytes, maxFileBytes }: VignetteLimits,
): Promise<StoredFile> {
  const name = basename(path);
  const kind = kindOf(name)!;
  const bound =
    kind === 'sidecar' ? fileBound(maxFileBytes) : { most: maxEntryBytes, option: 'max-entry-bytes' };
  try {
    return { path: name, kind, bytes: await readBounded(path, bound, { plain: true }), source: path };
  } catch (cause) {
    if (errorCode(cause) === undefined) throw cause;
    throw unreadable(path, cause);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

const unreadable = (file: string, cause: unknown) =>
  inputError(`cannot be read: ${systemReason(cause)}`, { file, cause });

function kindOf(path: string): StoredFile['kind'] | undefined {
  const kind = vignetteFile(path)?.kind;
  return kind === 'image' ? 'vignette' : kind;
}
