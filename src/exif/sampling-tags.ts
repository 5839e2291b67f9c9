import { utcMoment } from '../flowcam/moment.js';
import type { SamplingFacts } from '../flowcam/sampling.js';
import { ascii, bytes, rationals, signedRational } from '../image/fields.js';
import * as TAG from '../image/tags.js';
import { degreesMinutesSeconds, metresFraction } from './fractions.js';
import { noEdits, type TagEdits } from './tag-edits.js';
import { codedText } from './text.js';

/**
 * The tags of where, when and how deep the water was taken; the same for every particle of a run. Of what is
 * not known nothing is changed, and what belongs together (a date and its offset) is replaced together.
 *
 * @param altitude whether a depth is a negative altitude as well, as in the sea and not in a lake
 */
export function samplingTags({ position, sampled, depth }: SamplingFacts, altitude: boolean): TagEdits {
  const edits = noEdits();
  const { exif, gps } = edits;
  if (position !== undefined) {
    gps.push([TAG.GPS_LATITUDE_REF, ascii(position.lat < 0 ? 'S' : 'N')]);
    gps.push([TAG.GPS_LATITUDE, rationals(...degreesMinutesSeconds(position.lat))]);
    gps.push([TAG.GPS_LONGITUDE_REF, ascii(position.lon < 0 ? 'W' : 'E')]);
    gps.push([TAG.GPS_LONGITUDE, rationals(...degreesMinutesSeconds(position.lon))]);
    gps.push([TAG.GPS_MAP_DATUM, ascii('WGS-84')]);
  }
  if (sampled !== undefined) {
    const { date, time, utc_offset: offset } = sampled;
    // Readers refuse a date without a time; that it is not known is said in the record.
    exif.push([TAG.DATE_TIME_ORIGINAL, ascii(`${date.replaceAll('-', ':')} ${time ?? '00:00:00'}`)]);
    exif.push([TAG.SUB_SEC_TIME_ORIGINAL, undefined]);
    exif.push([TAG.OFFSET_TIME_ORIGINAL, offset === undefined ? undefined : ascii(offset)]);
    const utc = time === null || offset === undefined ? undefined : utcMoment(date, time, offset);
    gps.push([TAG.GPS_DATE_STAMP, utc && ascii(utc.date.replaceAll('-', ':'))]);
    gps.push([
      TAG.GPS_TIME_STAMP,
      utc && rationals(...utc.time.split(':').map((part) => [Number(part), 1] as const)),
    ]);
  }
  if (depth !== undefined) {
    const metres = depth.depth;
    exif.push([TAG.WATER_DEPTH, metres === undefined ? undefined : signedRational(metresFraction(metres))]);
    if (altitude && metres !== undefined) {
      gps.push([TAG.GPS_ALTITUDE_REF, bytes(1)]);
      gps.push([TAG.GPS_ALTITUDE, rationals(metresFraction(metres))]);
    }
  }
  if ([...gps.values()].some((field) => field !== undefined)) {
    gps.push([TAG.GPS_VERSION_ID, bytes(2, 3, 0, 0)]);
    gps.push([TAG.GPS_PROCESSING_METHOD, codedText(Buffer.from('MANUAL'))]);
  }
  return edits;
}
