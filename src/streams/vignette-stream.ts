/**
 * Vignette streams: tar archives in which the files of each vignette stand side by side under one base name,
 * `NAME.json`, `NAME.tif` (or another image) and `NAME.mask.png`, as WebDataset has them.
 */
import { inputError } from '../errors.js';
import { NameSet } from './name-set.js';
import type { Output } from './output.js';
import { Sidecar } from './sidecar.js';
import { readTar, type TarOptions } from './tar-reader.js';
import { TarWriter } from './tar-writer.js';
import type { Vignette, VignetteSink } from './vignette.js';

/** How much is taken of a stranger's vignettes; `LIMITS` where it is not said. */
export interface VignetteLimits extends Omit<TarOptions, 'source'> {
  /** Bytes of a sidecar. */
  maxFileBytes?: number | undefined;
}

/** What a file of a vignette is, by its name's end. */
export type VignetteFile =
  | { name: string; kind: 'sidecar' }
  | { name: string; kind: 'mask' }
  | { name: string; kind: 'image'; extension: string };

const IMAGE = /^(.+)\.(tiff?|png|jpe?g)$/is;

/** Tells sidecar, image and mask apart; undefined for files that belong to no vignette. */
export function vignetteFile(path: string): VignetteFile | undefined {
  if (path.endsWith('.json') && path.length > 5) return { name: path.slice(0, -5), kind: 'sidecar' };
  if (path.endsWith('.mask.png') && path.length > 9) return { name: path.slice(0, -9), kind: 'mask' };
  const image = IMAGE.exec(path);
  return image ? { name: image[1]!, kind: 'image', extension: image[2]! } : undefined;
}

/**
 * Why a path is not fit to name a file in an archive, a folder or a store; undefined where it is. Names come
 * from strangers, and one such as `../x` would leave its folder.
 */
export function unsafeName(path: string): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'has a control character in its name';
  if (path.startsWith('/')) return 'has an absolute path for a name';
  if (/(^|\/)\.{0,2}(\/|$)/.test(path)) return 'has a name that leads out of its folder';
  return undefined;
}

/**
 * Reads a vignette stream, in batches as it comes in.
 *
 * @throws an input error for all that `readTar` refuses; for entries that are no part of a vignette, names that
 *   leave their folder, files of one vignette that are not neighbours, and names that come twice
 */
export async function* readVignettes(
  input: AsyncIterable<Uint8Array>,
  options: TarOptions & VignetteLimits = {},
): AsyncGenerator<Vignette[]> {
  const file = options.source ?? 'stdin';
  const seen = new NameSet();
  let open: Partial<Vignette> & { name: string } = { name: '' };

  function whole(): Vignette {
    const { name, image } = open;
    if (image === undefined)
      throw inputError('there is no image beside this sidecar or mask', {
        file,
        entry: name,
        hint: 'files of one vignette must be neighbours: make the archive with tar --sort=name',
      });
    if (!seen.add(name)) throw inputError('two vignettes have this name', { file, entry: name });
    return { ...open, image };
  }

  for await (const entries of readTar(input, options)) {
    const vignettes: Vignette[] = [];
    for (const { name: entry, bytes } of entries) {
      const place = { file, entry };
      const unsafe = unsafeName(entry);
      if (unsafe !== undefined) throw inputError(`this entry ${unsafe}`, place);
      const part = vignetteFile(entry);
      if (part === undefined)
        throw inputError('this entry is neither an image (tif, png, jpeg) nor its sidecar or mask', {
          ...place,
          hint: 'leave it out with tar --delete or --exclude',
        });
      if (part.name !== open.name) {
        if (open.name !== '') vignettes.push(whole());
        open = { name: part.name };
      }
      const twice = part.kind === 'image' ? open.image : part.kind === 'mask' ? open.mask : open.sidecar;
      if (twice !== undefined) throw inputError(`this vignette has two ${part.kind} files`, place);
      if (part.kind === 'image') open.image = { extension: part.extension, bytes };
      else if (part.kind === 'mask') open.mask = bytes;
      else open.sidecar = Sidecar.parse(bytes, place, options.maxFileBytes);
    }
    yield vignettes;
  }
  if (open.name !== '') yield [whole()];
}

/** The files of a vignette in the order in which they stand in a stream. */
export function* filesOf({
  name,
  sidecar,
  image,
  mask,
}: Vignette): Generator<{ path: string; bytes: Uint8Array }> {
  if (sidecar !== undefined) yield { path: `${name}.json`, bytes: sidecar.bytes };
  yield { path: `${name}.${image.extension}`, bytes: image.bytes };
  if (mask !== undefined) yield { path: `${name}.mask.png`, bytes: mask };
}

/** Writes a vignette stream. */
export class VignetteWriter implements VignetteSink {
  readonly #tar: TarWriter;

  constructor(output: Output) {
    this.#tar = new TarWriter(output);
  }

  write({ name, sidecar, image, mask }: Vignette): Promise<void> | undefined {
    if (sidecar !== undefined) this.#tar.add(`${name}.json`, sidecar.content);
    this.#tar.add(`${name}.${image.extension}`, image.bytes);
    if (mask !== undefined) this.#tar.add(`${name}.mask.png`, mask);
    return this.#tar.full ? this.#tar.send() : undefined;
  }

  end(): Promise<void> {
    return this.#tar.end();
  }
}
