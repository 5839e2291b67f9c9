import { inputError } from '../errors.js';
import { parseTimestamp } from '../flowcam/moment.js';
import type { Instrument, ParticleRecord } from '../flowcam/particle-record.js';
import { parseUtcOffset } from '../flowcam/sampling-values.js';
import type { Directory } from '../image/directory.js';
import { ascii, rationals, shorts } from '../image/fields.js';
import { type Field, textOf } from '../image/ifd.js';
import * as TAG from '../image/tags.js';
import { pixelsPerCentimetre } from './fractions.js';
import { rememberLast } from './remember-last.js';
import { noEdits, type TagEdits } from './tag-edits.js';
import { toAscii } from './text.js';

/** The firm's present name; `.lst` files come from its instruments alone. */
const MAKER = 'Yokogawa Fluid Imaging Technologies';
const MODEL = 'FlowCam';
/** What the software writes where it knows no serial number. */
const NO_SERIAL = new Set(['', 'na', 'n/a', 'unknown']);

const CENTIMETRE = shorts(3);

export interface InstrumentSettings {
  make?: string | undefined;
  model?: string | undefined;
  /** Name and version of this toolkit, the last of the programs in `Software`. */
  toolkit: string;
}

/**
 * The tags that a particle's record gives, but for the record itself.
 *
 * @param sampledKnown whether `DateTimeOriginal` is taken by the sampling; otherwise the time of capture is both
 * @param notUsed told of values that no tag can hold
 * @throws an input error for a timestamp that is none
 */
export function particleTags(
  record: Partial<ParticleRecord>,
  sampledKnown: boolean,
  notUsed: (what: string) => void,
): TagEdits {
  const edits = noEdits();
  const { image, exif } = edits;
  const { timestamp, cal_const: calibration, image_id: id } = record;
  if (timestamp !== undefined) {
    const { moment, fraction } = captureFields(timestamp);
    const zone = offsetField(record.instrument?.utc_offset);
    exif.push([TAG.DATE_TIME_DIGITIZED, moment]);
    exif.push([TAG.SUB_SEC_TIME_DIGITIZED, fraction]);
    exif.push([TAG.OFFSET_TIME_DIGITIZED, zone]);
    if (!sampledKnown) {
      exif.push([TAG.DATE_TIME_ORIGINAL, moment]);
      exif.push([TAG.SUB_SEC_TIME_ORIGINAL, fraction]);
      exif.push([TAG.OFFSET_TIME_ORIGINAL, zone]);
    }
  }
  if (calibration !== undefined) {
    const resolution = resolutionOf(calibration);
    if (resolution === undefined) notUsed(`a calibration of ${JSON.stringify(calibration)} µm per pixel`);
    else {
      image.push([TAG.X_RESOLUTION, resolution]);
      image.push([TAG.Y_RESOLUTION, resolution]);
      image.push([TAG.RESOLUTION_UNIT, CENTIMETRE]);
    }
  }
  if (id !== undefined) {
    const digits = typeof id === 'string' ? id.replaceAll('-', '') : '';
    if (/^[0-9a-f]{32}$/i.test(digits)) exif.push([TAG.IMAGE_UNIQUE_ID, ascii(digits)]);
    else notUsed('an image_id that is no GUID');
  }
  return edits;
}

/** The time of capture; particles of one frame share it. */
const captureFields = rememberLast((timestamp: unknown) => {
  const parsed = typeof timestamp === 'string' ? parseTimestamp(timestamp) : undefined;
  if (parsed === undefined)
    throw inputError(`its timestamp ${JSON.stringify(timestamp)} is no date and time`);
  const { date, time, fraction } = parsed;
  return {
    moment: ascii(`${date.replaceAll('-', ':')} ${time}`),
    fraction: fraction === '' ? undefined : ascii(fraction),
  };
});

/** An offset from UTC that came with a record. */
const offsetField = rememberLast((offset: unknown): Field | undefined => {
  if (offset === undefined) return undefined;
  try {
    return ascii(parseUtcOffset(String(offset)));
  } catch (error) {
    throw inputError(`its instrument.utc_offset ${(error as Error).message}`);
  }
});

const resolutionOf = rememberLast((calibration: unknown): Field | undefined => {
  const fraction = typeof calibration === 'number' ? pixelsPerCentimetre(calibration) : undefined;
  return fraction && rationals(fraction);
});

const text = (typed: string): Field => ascii(toAscii(typed));
const makeField = rememberLast(text);
const modelField = rememberLast(text);
const softwareField = rememberLast(text);

/**
 * The tags that name the instrument and the programs.
 *
 * @param record absent for images of which nothing is known; then only what is given is written
 * @param present the first directory as it is
 */
export function instrumentTags(
  record: ParticleRecord | undefined,
  settings: InstrumentSettings,
  present: Directory,
): TagEdits {
  const edits = noEdits();
  const make = settings.make ?? (record && MAKER);
  const model = settings.model ?? (record && MODEL);
  if (make !== undefined) edits.image.push([TAG.MAKE, makeField(make)]);
  if (model !== undefined) edits.image.push([TAG.MODEL, modelField(model)]);
  edits.image.push([TAG.SOFTWARE, softwareField(softwareOf(record?.instrument, settings.toolkit, present))]);
  const serial: unknown = record?.instrument?.serial_number;
  if (typeof serial === 'string' && !NO_SERIAL.has(serial.trim().toLowerCase()))
    edits.exif.push([TAG.BODY_SERIAL_NUMBER, text(serial)]);
  return edits;
}

/** The capturing program, or what the image names already, and then this toolkit. */
function softwareOf(instrument: Instrument | undefined, toolkit: string, present: Directory): string {
  if (typeof instrument?.software === 'string') {
    const { software, software_version: version } = instrument;
    return `${version === undefined ? software : `${software} ${version}`}; ${toolkit}`;
  }
  const own = `${toolkit.split(' ')[0]} `;
  const others = textOf(present.get(TAG.SOFTWARE) ?? NO_TEXT)
    .split('; ')
    .filter((program) => program !== '' && !program.startsWith(own));
  return [...others, toolkit].join('; ');
}

const NO_TEXT = ascii('');
