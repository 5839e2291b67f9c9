import { isAscii } from 'node:buffer';
/** Puts into images what is known of their particles. */
import { type Place, ToolError } from '../errors.js';
import type { ParticleRecord } from '../flowcam/particle-record.js';
import type { Directory } from '../image/directory.js';
import { ascii } from '../image/fields.js';
import { numberOf } from '../image/ifd.js';
import { openImage, type TaggableImage } from '../image/taggable-image.js';
import * as TAG from '../image/tags.js';
import type { Report } from '../report.js';
import { NameSet } from '../streams/name-set.js';
import { type JsonObject, Sidecar } from '../streams/sidecar.js';
import type { Vignette } from '../streams/vignette.js';
import { setContainerTags } from './container-tags.js';
import { type InstrumentSettings, instrumentTags, particleTags } from './particle-tags.js';
import { isParticle, isRecord, sidecarWith } from './record.js';
import { type KnownSampling, RunSampling, type SamplingSettings } from './run-sampling.js';
import { applyEdits, type TagEdits } from './tag-edits.js';
import { codedText, readCodedText, toAscii } from './text.js';

export interface TagSettings extends SamplingSettings, InstrumentSettings {
  /** Offset of the instrument's clock from UTC, `+02:00`. */
  instrumentUtcOffset?: string | undefined;
  /** Write the whole record into `UserComment`. */
  record: boolean;
}

/** Tags vignettes one by one; tagging the same ones again with the same settings changes nothing. */
export class Tagger {
  readonly #settings: TagSettings;
  readonly #report: Report;
  readonly #sampling: RunSampling;
  readonly #noted = new NameSet();

  constructor(settings: TagSettings, report: Report) {
    this.#settings = settings;
    this.#report = report;
    this.#sampling = new RunSampling(settings, report);
  }

  /**
   * The vignette with tags in its image and mask, and with what was found out in its sidecar. Tags that are
   * none of ours stay as they are.
   *
   * @param placeOf where a file of the vignette is, for errors
   * @throws an input error for images that cannot be read and for values that cannot be right; a usage error
   *   where options for one run meet two
   */
  async tag(vignette: Vignette, placeOf: (file: string) => Place): Promise<Vignette> {
    const {
      name,
      mask,
      image: { extension, bytes },
    } = vignette;
    const place = placeOf(`${name}.${extension}`);
    const image = await openImage(bytes, extension, place);
    const sidecar = vignette.sidecar ?? sidecarInComment(image);
    try {
      const known = this.#know(sidecar, name);
      const result: Vignette = { name, image: { extension, bytes: this.#write(image, known) } };
      if (vignette.sidecar !== undefined) result.sidecar = known.sidecar;
      if (mask !== undefined)
        result.mask = this.#write(await openImage(mask, 'png', placeOf(`${name}.mask.png`)), known);
      return result;
    } catch (error) {
      throw placed(error, place);
    }
  }

  /** What there is to say of a vignette. */
  #know(sidecar: Sidecar | undefined, name: string): Known {
    const sampling = this.#sampling.of(sidecar?.record, name);
    const tagged = sidecarWith(sidecar ?? NO_SIDECAR, sampling, this.#settings.instrumentUtcOffset);
    // Appending does not change what the rest of a record says, and reading it again would take its time.
    const record = (this.#settings.instrumentUtcOffset === undefined && sidecar ? sidecar : tagged).record;
    const edits = particleTags(record, sampling.facts.sampled !== undefined, (what) => {
      const subject = typeof record.run === 'string' ? `run "${record.run}"` : 'images';
      const note = `${subject}: ${what}, so it is in no tag of its own`;
      if (this.#noted.add(note)) this.#report.note(note);
    });
    return { sampling, edits, record, sidecar: tagged, bare: sidecar === undefined };
  }

  #write(image: TaggableImage, { sampling, edits, record, sidecar, bare }: Known): Buffer {
    const { block } = image;
    const particle = isParticle(record) ? record : undefined;
    applyEdits(block, instrumentTags(particle, this.#settings, block.image));
    applyEdits(block, sampling.edits);
    applyEdits(block, edits);
    if (sampling.facts.depth !== undefined && !this.#settings.altitude) dropAltitudeOfDepth(image);
    if (!block.image.has(TAG.IMAGE_DESCRIPTION)) describe(block.image, particle);
    this.#setComment(image, sidecar, bare);
    setContainerTags(image);
    const calibration = record.cal_const;
    return image.write(block, typeof calibration === 'number' && calibration > 0 ? calibration : undefined);
  }

  /** The record goes into the comment; without one, a comment of somebody else's stays. */
  #setComment(image: TaggableImage, sidecar: Sidecar, bare: boolean): void {
    const { exif } = image.block;
    const foreign = () => exif.has(TAG.USER_COMMENT) && sidecarInComment(image) === undefined;
    if (!this.#settings.record) {
      if (!foreign()) exif.delete(TAG.USER_COMMENT);
    } else if (!bare || (Object.keys(sidecar.record).length > 0 && !foreign())) {
      exif.set(TAG.USER_COMMENT, codedText(asciiJson(sidecar)));
    }
  }
}

/** What there is to say of a vignette. */
interface Known {
  sampling: KnownSampling;
  /** The particle's tags. */
  edits: TagEdits;
  record: JsonObject;
  /** The record with what is known of the sampling. */
  sidecar: Sidecar;
  /** There is no record; the sidecar says no more than the options do. */
  bare: boolean;
}

const NO_SIDECAR = Sidecar.of({});

/** The record that an earlier tagging wrote into the image. */
function sidecarInComment({ block }: TaggableImage): Sidecar | undefined {
  const comment = block.exif.get(TAG.USER_COMMENT);
  const text = comment && readCodedText(comment);
  if (!text?.startsWith('{')) return undefined;
  try {
    const sidecar = Sidecar.parse(Buffer.from(text), {});
    return isRecord(sidecar.record) ? sidecar : undefined;
  } catch {
    return undefined;
  }
}

/** A sidecar's text in ASCII, without its line end. */
function asciiJson(sidecar: Sidecar): Buffer {
  const { bytes } = sidecar;
  if (isAscii(bytes)) return bytes.at(-1) === NEWLINE ? bytes.subarray(0, -1) : bytes;
  return Buffer.from(toAscii(JSON.stringify(sidecar.record)), 'latin1');
}

const NEWLINE = 0x0a;

/** A line for viewers that show one. */
function describe(image: Directory, particle: ParticleRecord | undefined): void {
  const number = particle?.id ?? particle?.index;
  if (number === undefined) return;
  image.set(TAG.IMAGE_DESCRIPTION, ascii(toAscii(`Particle ${number} of ${particle!.run}`)));
}

/** An altitude below the sea is that of an earlier depth, which the new one replaces. */
function dropAltitudeOfDepth({ block: { gps } }: TaggableImage): void {
  if (numberOf(gps, TAG.GPS_ALTITUDE_REF) !== 1) return;
  gps.delete(TAG.GPS_ALTITUDE_REF);
  gps.delete(TAG.GPS_ALTITUDE);
}

/** The error with the place where it came up, if it has none. */
function placed(error: unknown, place: Place): unknown {
  if (!(error instanceof ToolError) || error.kind === 'usage' || error.file !== undefined) return error;
  return new ToolError(error.kind, error.message, { ...place, hint: error.hint, cause: error.cause });
}
