/** From particle records to vignettes: cut, named, encoded. */
import { inputError, ToolError } from '../errors.js';
import { type Encoding, encodeMask, encodeVignette } from '../image/encode-vignette.js';
import { oneChannel } from '../image/pixels.js';
import type { Report } from '../report.js';
import type { Skips } from '../skips.js';
import { mapInOrder } from '../streams/map-in-order.js';
import { NameSet } from '../streams/name-set.js';
import type { RecordPart } from '../streams/record-reader.js';
import { Sidecar } from '../streams/sidecar.js';
import type { Vignette } from '../streams/vignette.js';
import type { CollageShelf } from './collage-shelf.js';
import { type Cut, cutVignettes, type Failure } from './cut-vignettes.js';
import type { LocatedRecord, ParticleRecord } from './particle-record.js';
import type { NameMaker } from './vignette-name.js';

/** How vignettes are made of records. */
export interface DecollageSettings {
  name: NameMaker;
  encoding: Encoding;
  grey: boolean;
  jobs: number;
}

/**
 * Records in, vignettes out, in the same order and in batches. What `skips` lets pass is left out.
 *
 * @throws an input error for records whose rectangle, collage or name is faulty, unless they are skipped
 */
export async function* decollage(
  parts: AsyncIterable<RecordPart[]>,
  shelf: CollageShelf,
  settings: DecollageSettings,
  skips: Skips,
  report: Report,
): AsyncGenerator<Vignette[]> {
  const names = new NameSet();
  let number = 0;
  const skip = (bad: ToolError, { run, index }: ParticleRecord) => skips.skip(bad, { run, index });

  async function* goodRecords(): AsyncGenerator<LocatedRecord[]> {
    for await (const batch of parts) {
      const good: LocatedRecord[] = [];
      for (const part of batch) {
        if ('bad' in part) await skips.skip(part.bad);
        else good.push(part);
      }
      yield good;
    }
  }

  const make = ({ cut, name }: { cut: Cut; name: string }): Made | Promise<Made> => {
    try {
      const made = encode(cut, name, settings);
      return made instanceof Promise ? made.catch((error) => failed(error, cut)) : made;
    } catch (error) {
      return failed(error, cut);
    }
  };

  for await (const cuts of cutVignettes(goodRecords(), shelf)) {
    const named: { cut: Cut; name: string }[] = [];
    for (const cut of cuts) {
      const name = 'bad' in cut ? atRecord(cut.bad, cut) : nameOf(cut, settings.name, number, names);
      if (name instanceof ToolError) await skip(name, cut.record);
      else {
        named.push({ cut: cut as Cut, name });
        number += 1;
      }
    }
    const vignettes: Vignette[] = [];
    for (const made of await mapInOrder(named, settings.jobs, make)) {
      if ('bad' in made) await skip(made.bad, made.record);
      else vignettes.push(made);
    }
    yield vignettes;
  }
  if (shelf.decodedAgain > shelf.decoded / 2)
    report.note(
      `records that jump between collages had ${shelf.decodedAgain} of them decoded again; sort by collage_file to be faster`,
    );
}

type Made = Vignette | Failure;

function failed(error: unknown, cut: Cut): Failure {
  if (!(error instanceof ToolError)) throw error;
  return { record: cut.record, line: cut.line, bad: atRecord(error, cut) };
}

/** The name of a vignette, or why it has none. */
function nameOf(
  { record, line }: LocatedRecord,
  maker: NameMaker,
  number: number,
  names: NameSet,
): string | ToolError {
  try {
    const name = maker(record, number);
    if (names.add(name)) return name;
    return inputError(`another record has the name "${name}" too`, {
      file: 'stdin',
      line,
      hint: 'tell them apart with --name, such as {run}_{index} or {number}',
    });
  } catch (error) {
    return inputError((error as Error).message, { file: 'stdin', line, hint: 'choose names with --name' });
  }
}

/** The same error, at the line of the record that met it. */
function atRecord(error: ToolError, { record, line }: LocatedRecord): ToolError {
  if (error.line !== undefined) return error;
  const where = error.file === undefined ? '' : `${error.file}: `;
  const particle = record.run === undefined ? '' : `particle ${record.index} of ${record.run}: `;
  const { hint, cause } = error;
  return new ToolError(error.kind, `${particle}${where}${error.message}`, {
    file: 'stdin',
    line,
    hint,
    cause,
  });
}

function encode(
  { record, image, mask }: Cut,
  name: string,
  { encoding, grey }: DecollageSettings,
): Vignette | Promise<Vignette> {
  const pixels = grey ? oneChannel(image) : image;
  if (pixels === undefined)
    throw inputError('the three channels differ, so one cannot stand for all', { hint: 'leave out --grey' });
  const bytes = encodeVignette(pixels, encoding);
  const vignette = (bytes: Uint8Array): Vignette => ({
    name,
    sidecar: sidecarOf(record),
    image: { extension: encoding.format, bytes },
  });
  if (mask === undefined) return bytes instanceof Promise ? bytes.then(vignette) : vignette(bytes);
  return Promise.all([bytes, encodeMask(mask)]).then(([bytes, mask]) => ({ ...vignette(bytes), mask }));
}

/** The record as it is published: without the path on somebody's disk, which JSON leaves out when undefined. */
function sidecarOf(record: ParticleRecord): Sidecar {
  (record as Record<string, unknown>).directory = undefined;
  return Sidecar.of(record);
}
