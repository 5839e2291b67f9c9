/** What a person may know better than files and names, as options of fc-exif. */
import { usageError } from '../errors.js';
import type { TagSettings } from '../exif/tagger.js';
import type { MetadataTable } from '../flowcam/metadata-table.js';
import { defaultPattern, type NamePattern, namePattern } from '../flowcam/run-name.js';
import { depthOf, positionOf, type SamplingSource } from '../flowcam/sampling.js';
import {
  dateFormat,
  parseDate,
  parseDepth,
  parseLatitude,
  parseLongitude,
  parseTime,
  parseUtcOffset,
} from '../flowcam/sampling-values.js';
import type { Report } from '../report.js';
import { flag, type Option, type OptionValues, text, value, valueOr } from '../shell/options.js';
import { readNamedFile } from '../streams/bounded-file.js';
import { toolkitVersion } from '../version.js';

const SAMPLING = 'Where, when and how deep:';
const NAMES = 'What names say:';
const INSTRUMENT = 'The instrument:';

const grouped = <T>(group: string, option: Option<T>): Option<T> => ({ ...option, group });

/** A text that a tag can hold as it is. */
function asciiText(typed: string): string {
  if (!/^[\x20-\x7e]+$/.test(typed)) throw new Error(`must be ASCII text, not "${typed}"`);
  return typed;
}

function checkedDateFormat(typed: string): string {
  dateFormat(typed);
  return typed;
}

/** What to write into tags. */
export const tagOptions = {
  lat: grouped(SAMPLING, value('DEGREES', 'latitude; north is positive', parseLatitude)),
  lon: grouped(SAMPLING, value('DEGREES', 'longitude; east is positive', parseLongitude)),
  date: grouped(SAMPLING, value('YYYY-MM-DD', 'day of sampling, local', parseDate)),
  time: grouped(SAMPLING, value('HH:MM[:SS]', 'time of sampling, local', parseTime)),
  'utc-offset': grouped(SAMPLING, value('+HH:MM', 'offset of that local time from UTC', parseUtcOffset)),
  depth: grouped(SAMPLING, value('METRES', 'depth of the water, positive downward', parseDepth)),
  'depth-min': grouped(SAMPLING, value('METRES', 'upper end of a range of depths', parseDepth)),
  'depth-max': grouped(SAMPLING, value('METRES', 'lower end of a range of depths', parseDepth)),
  'gps-altitude': grouped(
    SAMPLING,
    flag('write the depth as an altitude below sea level too: for the sea, not for lakes'),
  ),
  metadata: grouped(
    SAMPLING,
    value('FILE', 'CSV, a row a run: run,lat,lon,date,time,utc_offset,depth,depth_min,depth_max', text),
  ),
  pattern: grouped(
    NAMES,
    value(
      'REGEX',
      'how names end; groups lat, lon, date, time, depth, depth_min, depth_max, replicate ' +
        '(default: NAME_lat_lon_date, or NAME_lat_lon_date_n)',
      text,
    ),
  ),
  'date-format': grouped(
    NAMES,
    valueOr(
      'DDMMYYYY',
      'FORMAT',
      'how names write dates, in digits: D, M and Y (also YYYY-MM-DD)',
      checkedDateFormat,
    ),
  ),
  'depth-from-name': grouped(
    NAMES,
    flag('n in NAME_lat_lon_date_n is a depth; otherwise it numbers the session'),
  ),
  'instrument-utc-offset': grouped(
    INSTRUMENT,
    value('+HH:MM', "offset of the instrument's clock from UTC, where its files do not tell", parseUtcOffset),
  ),
  make: grouped(
    INSTRUMENT,
    value('TEXT', 'its maker (default: Yokogawa Fluid Imaging Technologies)', asciiText),
  ),
  model: grouped(INSTRUMENT, value('TEXT', 'its model (default: FlowCam)', asciiText)),
  'no-record': flag('leave the whole record out of UserComment'),
};

type Options = OptionValues<typeof tagOptions>;

/**
 * What the options say, with the table read.
 *
 * @throws a usage error for options that do not go together, an input error for a table that cannot be read
 */
export async function settingsOf(
  options: Options,
  maxFileBytes: number,
  report: Report,
): Promise<TagSettings> {
  const given = givenSampling(options);
  const givenForOneRun = SINGLE_RUN.find((name) => options[name] !== undefined);
  return {
    given,
    givenForOneRun: givenForOneRun && `--${givenForOneRun}`,
    table:
      options.metadata === undefined ? undefined : await readTable(options.metadata, maxFileBytes, report),
    pattern: patternOf(options),
    altitude: options['gps-altitude'],
    make: options.make,
    model: options.model,
    toolkit: `flowcam-toolkit ${toolkitVersion()}`,
    instrumentUtcOffset: options['instrument-utc-offset'],
    record: !options['no-record'],
  };
}

/** Options that are true of one run and no other. */
const SINGLE_RUN = ['lat', 'lon', 'date', 'time', 'depth', 'depth-min', 'depth-max'] as const;

function givenSampling(options: Options): SamplingSource {
  const { lat, lon, date, time, depth, 'depth-min': depth_min, 'depth-max': depth_max } = options;
  try {
    return {
      position: positionOf(lat, lon),
      date,
      time,
      utcOffset: options['utc-offset'],
      depth: depthOf({ depth, depth_min, depth_max }),
    };
  } catch (error) {
    throw usageError((error as Error).message);
  }
}

function patternOf(options: Options): NamePattern {
  const dates = dateFormat(options['date-format']);
  if (options.pattern === undefined) return defaultPattern(dates, options['depth-from-name']);
  if (options['depth-from-name'])
    throw usageError('--depth-from-name is for names without a --pattern', {
      hint: 'call a group of the pattern depth',
    });
  try {
    return namePattern(options.pattern, dates);
  } catch (error) {
    throw usageError(`--pattern ${(error as Error).message}`);
  }
}

async function readTable(
  file: string,
  maxFileBytes: number,
  report: Report,
): Promise<{ rows: MetadataTable; file: string }> {
  const bytes = await readNamedFile(file, { most: maxFileBytes });
  // csv-parse is loaded only where there is a table.
  const { readMetadataTable } = await import('../flowcam/metadata-table.js');
  const rows = readMetadataTable(bytes, file);
  if (rows.unknownColumns.length > 0)
    report.note(`${file}: not used: the columns ${rows.unknownColumns.join(', ')}`);
  return { rows, file };
}
