import { basename, dirname, join, resolve } from 'node:path';
import { errorCode, inputError, type Place, systemReason, ToolError, usageError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { type Bound, fileBound, readBounded } from './bounded-file.js';
import { Sidecar } from './sidecar.js';
import type { Vignette } from './vignette.js';
import { readVignettes, type VignetteFile, type VignetteLimits, vignetteFile } from './vignette-stream.js';

/** A vignette that comes in a stream or lies in files, before it is read. */
export interface NamedVignette {
  name: string;
  /** Where a file of it is (`NAME.tif`), for errors. */
  placeOf(file: string): Place;
  /** @throws an input error where its files cannot be read */
  load(): Vignette | Promise<Vignette>;
}

/** The vignettes of a stream, in batches as they come in. */
export async function* vignettesOf(
  input: AsyncIterable<Uint8Array>,
  limits?: VignetteLimits,
): AsyncGenerator<NamedVignette[]> {
  const placeOf = (entry: string): Place => ({ file: 'stdin', entry });
  for await (const vignettes of readVignettes(input, limits))
    yield vignettes.map((vignette) => ({ name: vignette.name, placeOf, load: () => vignette }));
}

/** Where the files of one vignette are. */
interface VignettePaths {
  name: string;
  /** The folder they are in, as it was typed. */
  folder: string;
  image: string;
  extension: string;
}

/**
 * Finds the vignettes among files that were named on a command line. Sidecars and masks may be named or not;
 * they are taken from beside their image.
 *
 * @param target where they are to go, if anywhere: in a folder, files of one name would meet; in a stream,
 *   images of one name would even if their formats differ
 * @throws a usage error for other files, for those that would meet, and for sidecars without their image
 */
export function vignettesAmong(
  operands: string[],
  target: 'folder' | 'stream' | undefined,
  limits: VignetteLimits,
): NamedVignette[] {
  const files = operands.map((path) => ({ path, folder: dirname(path), ...vignetteFileOf(path) }));
  const vignettes: VignettePaths[] = [];
  const images = new Set<string>();
  for (const file of files) {
    if (file.kind !== 'image') continue;
    vignettes.push({ name: file.name, folder: file.folder, image: file.path, extension: file.extension });
    images.add(resolve(file.folder, file.name));
  }
  for (const { path, kind, name, folder } of files) {
    if (kind === 'image' || images.has(resolve(folder, name))) continue;
    // A mask without its image is an image like others; a sidecar alone is nothing.
    if (kind === 'sidecar')
      throw usageError(`"${path}" belongs to an image that is not named`, {
        hint: 'name the image, not this',
      });
    vignettes.push({ name: `${name}.mask`, folder, image: path, extension: 'png' });
  }
  if (target !== undefined) refuseMeeting(vignettes, target);
  return vignettes.map((paths) => ({
    name: paths.name,
    placeOf: (file) => ({ file: join(paths.folder, file) }),
    load: () => readVignette(paths, limits),
  }));
}

function vignetteFileOf(path: string): VignetteFile {
  const file = vignetteFile(basename(path));
  if (file !== undefined) return file;
  throw usageError(`"${path}" is neither an image (tif, png, jpeg) nor its sidecar or mask`, {
    hint: path.endsWith('.tar') ? 'a stream comes on stdin: < FILE.tar' : 'name the files: FOLDER/*',
  });
}

function refuseMeeting(vignettes: VignettePaths[], target: 'folder' | 'stream'): void {
  const paths = new Map<string, string>();
  for (const { name, image } of vignettes) {
    const key = target === 'stream' ? name : basename(image);
    const other = paths.get(key);
    if (other !== undefined) throw usageError(`two images would have the name ${key}: ${other} and ${image}`);
    paths.set(key, image);
  }
}

/** Reads one vignette: its image, and sidecar and mask where they stand beside it. */
async function readVignette(
  { name, folder, image, extension }: VignettePaths,
  { maxEntryBytes = LIMITS.entryBytes, maxFileBytes }: VignetteLimits,
): Promise<Vignette> {
  const bound: Bound = { most: maxEntryBytes, option: 'max-entry-bytes' };
  const vignette: Vignette = { name, image: { extension, bytes: await read(image, bound) } };
  const path = join(folder, `${name}.json`);
  const sidecar = await readIfThere(path, fileBound(maxFileBytes));
  if (sidecar !== undefined) vignette.sidecar = Sidecar.parse(sidecar, { file: path }, maxFileBytes);
  const mask = await readIfThere(join(folder, `${name}.mask.png`), bound);
  if (mask !== undefined) vignette.mask = mask;
  return vignette;
}

const read = (path: string, bound: Bound): Promise<Buffer> =>
  readBounded(path, bound, { plain: true }).catch((cause) => {
    throw cause instanceof ToolError ? cause : inputError(systemReason(cause), { file: path, cause });
  });

const readIfThere = (path: string, bound: Bound): Promise<Buffer | undefined> =>
  read(path, bound).catch((error: ToolError) => {
    if (errorCode(error.cause) === 'ENOENT') return undefined;
    throw error;
  });
