/** Tagging, against an exiftool that is started once and kept open: a file a command, as its wrappers do it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Comparison } from './comparison.js';
import { perSecond } from './figures.js';
import { expected } from './goals.js';
import { type Ground, PARTICLES } from './ground.js';
import { measure } from './measure.js';
import { requirePeer } from './peers.js';
import { root } from './places.js';

const PIPE = 'fc-lst2csv "$RUN" --quiet --format ndjson | fc-decollage --quiet';

export function exiftool(ground: Ground): Comparison {
  const crops = join(ground.folder, 'crops');
  return {
    name: 'exiftool',
    rounds: 3,
    seconds: 60,
    rows: [
      {
        work: 'the same pipeline, vignettes a second',
        against: 'a plain crop, then one kept-open `exiftool` that tags the same files',
        ours: 'pipe',
        theirs: 'exiftool',
        figure: perSecond(PARTICLES),
        goal: expected('reported; well over 10 is expected'),
      },
    ],
    async prepare() {
      const RUN = await ground.run();
      const COMMANDS = join(ground.folder, 'exiftool.args');
      await writeFile(COMMANDS, await exiftoolCommands(RUN, crops));
      return {
        async pipe() {
          const OUT = await ground.empty('pipe.tar');
          return measure(`${PIPE} | fc-exif --quiet > "$OUT"`, { env: { RUN, OUT } });
        },
        async exiftool() {
          requirePeer('exiftool');
          const OUT = await ground.empty('crops');
          return measure(`${PIPE} --output-directory "$OUT" && exiftool -q -stay_open True -@ "$COMMANDS"`, {
            env: { RUN, OUT, COMMANDS },
          });
        },
      };
    },
  };
}

/** What exiftool is told, a command a vignette: the tags that the record gives, and the record itself. */
async function exiftoolCommands(run: string, crops: string): Promise<string> {
  const { stdout } = await execa(join(root, 'bin/fc-lst2csv'), [run, '--format', 'ndjson', '--quiet'], {
    maxBuffer: 2 ** 30,
  });
  const commands = stdout.split('\n').flatMap((line) => {
    const { directory: _, ...record } = JSON.parse(line);
    const [date, time] = String(record.timestamp).split(/[T ]/) as [string, string];
    const [clock, fraction = '0'] = time.split('.') as [string, string?];
    const taken = `${date.replaceAll('-', ':')} ${clock}`;
    const resolution = 10_000 / record.cal_const;
    return [
      '-overwrite_original',
      `-EXIF:DateTimeOriginal=${taken}`,
      `-EXIF:SubSecTimeOriginal=${fraction}`,
      `-EXIF:CreateDate=${taken}`,
      `-EXIF:SubSecTimeDigitized=${fraction}`,
      `-EXIF:XResolution=${resolution}`,
      `-EXIF:YResolution=${resolution}`,
      '-EXIF:ResolutionUnit=cm',
      `-EXIF:ImageUniqueID=${String(record.image_id).replaceAll('-', '')}`,
      '-EXIF:Make=Yokogawa Fluid Imaging Technologies',
      '-EXIF:Model=FlowCam',
      `-EXIF:UserComment=${JSON.stringify(record)}`,
      join(crops, `${record.run}_${record.index}.tif`),
      '-execute',
    ];
  });
  return `${[...commands, '-stay_open', 'False'].join('\n')}\n`;
}
