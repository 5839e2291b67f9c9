import { usageError } from '../errors.js';
import { counted } from '../report.js';
import { defineCommand } from '../shell/command.js';
import { flag, integer, oneOf, value, valueOr } from '../shell/options.js';
import { type CameraKind, FIELD_COUNTS, type FieldCount } from '../simulate/instrument.js';

/** `2023-05-22T10:15:00` as milliseconds without a zone. */
function localTime(typed: string): number {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(typed) ? Date.parse(`${typed}Z`) : Number.NaN;
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(typed))
    throw new Error(`must be a time such as 2023-05-22T10:15:00, not "${typed}"`);
  return time;
}

/** `+02:00` as minutes ahead of UTC. */
function minutesAhead(typed: string): number {
  const match = /^([+-])(\d\d):(00|15|30|45)$/.exec(typed);
  const minutes = match ? Number(match[2]) * 60 + Number(match[3]) : Number.NaN;
  if (!(minutes <= 14 * 60)) throw new Error(`must be an offset such as +02:00 or -03:30, not "${typed}"`);
  return match![1] === '-' ? -minutes : minutes;
}

const START = '2023-05-22T10:15:00';

const options = {
  particles: valueOr(1000, 'N', 'how many particles the list has', integer(0, 100_000_000)),
  fields: value(
    FIELD_COUNTS.join('|'),
    'how many fields the list has: 53 as from a mono camera, 57 as from VisualSpreadsheet 3, 65 as from 4 ' +
      '(default: 65, from a mono camera 53)',
    oneOf(...FIELD_COUNTS),
  ),
  camera: value(
    'mono|colour',
    'grey images or colour ones (default: colour, with 53 fields mono)',
    oneOf('mono', 'colour'),
  ),
  masks: flag('write the masks too, as collages called …_bin.tif'),
  resaved: flag('as saved again after filtering: no blanks, collages called …_images_NNNNNN.tif'),
  seed: valueOr(1, 'N', 'the same seed gives the same bytes', integer(0, 2 ** 32 - 1)),
  start: value('TIME', `local time at which the run starts (default: ${START})`, localTime),
  'utc-offset': value('±hh:mm', 'how far that clock is ahead of UTC (default: +00:00)', minutesAhead),
  'collage-size': valueOr(2048, 'PX', 'largest width and height of a collage', integer(256, 2048)),
};

/** What fits together: lists of 53 fields have no colours. */
function instrument(fields: FieldCount | undefined, camera: CameraKind | undefined) {
  if (fields === '53' && camera === 'colour')
    throw usageError('a list of 53 fields has no colours', {
      hint: 'use --fields 57 or 65, or --camera mono',
    });
  return {
    fields: fields ?? (camera === 'mono' ? '53' : '65'),
    camera: camera ?? (fields === '53' ? 'mono' : 'colour'),
  } as const;
}

export const command = defineCommand({
  name: 'fc-simulate',
  summary: 'a made-up FlowCam run, for trying the tools and for load',
  examples: [
    'fc-simulate demo/Windermere_54.3500_-2.9400_04052023_1',
    'fc-simulate grey --fields 53 --resaved --particles 2000 --seed 7',
    'fc-simulate colour --masks --utc-offset +02:00 && fc-lst2csv colour | head',
  ],
  operands: 'OUT',
  notes:
    "OUT becomes the run folder, and its name the run's; position and date belong into that name, as in the first " +
    'example. The folder must be new or empty.\n' +
    'Written are the list, LZW collages, .ctx, _run_summary.txt and an image of clear water, as VisualSpreadsheet writes them. The list is ' +
    'exact for the pixels on the collages: rectangles, areas, lengths (fringe-corrected), perimeters, Feret ' +
    'diameters, moments, colours, grey values. Nobody knows how edge_gradient, circle_fit and symmetry are ' +
    'computed: they are constants. Fluorescence is 0. A run of more than 2,048 particles shows the same bodies ' +
    'again, in another light and at other places.',
  options,
  readsInput: () => false,

  async run({ options, operands, report, signal }) {
    const [folder, ...more] = operands;
    if (folder === undefined || more.length > 0)
      throw usageError(`name one folder to write, not ${operands.length}`, {
        hint: 'see fc-simulate --help',
      });
    const { particles } = options;
    // Loaded only now, because sharp takes its time and --help does not need it.
    const { simulateRun } = await import('../simulate/run.js');
    const collages = await simulateRun(
      folder,
      {
        ...instrument(options.fields, options.camera),
        particles,
        seed: options.seed,
        masks: options.masks,
        resaved: options.resaved,
        collageSize: options['collage-size'],
        start: options.start ?? localTime(START),
        utcOffset: options['utc-offset'] ?? 0,
      },
      { signal, progress: (done) => report.progress(`${done} of ${particles} particles`) },
    );
    report.summary(`${folder}: ${counted(particles, 'particle')} on ${counted(collages, 'collage')}`);
  },
});
