/** From a run to tagged vignettes, against the floor that libtiff sets: unpacking the same collages. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline as joined } from 'node:stream/promises';
import type { Comparison } from './comparison.js';
import { seconds } from './figures.js';
import { atMost } from './goals.js';
import type { Ground } from './ground.js';
import { measure } from './measure.js';
import { requirePeer } from './peers.js';

const PIPE = 'fc-lst2csv "$RUN" --quiet --format ndjson | fc-decollage --quiet';
const oneProcess = join(import.meta.dirname, 'one-process.js');

export function pipeline(ground: Ground): Comparison {
  const against = `\`tiffcp -c none\` over the collages of ${ground.title}`;
  const row = { theirs: 'tiffcp', against, figure: seconds };
  const tar = (name: string) => join(ground.folder, `${name}.tar`);
  return {
    name: 'pipeline',
    rounds: 9,
    seconds: 90,
    warmUp: true,
    rows: [
      {
        ...row,
        work: '`fc-lst2csv \\| fc-decollage \\| fc-exif > vignettes.tar`',
        ours: 'pipe',
        goal: atMost(3, 2),
      },
      { ...row, work: 'the same three steps in one process', ours: 'one process', goal: atMost(2, 1.5) },
      { ...row, work: 'the same with `fc-exif --output-directory`', ours: 'files', goal: atMost(4) },
      {
        ...row,
        work: 'the same with `fc-decollage --compression deflate`',
        ours: 'deflate',
        goal: atMost(5),
      },
    ],
    async prepare() {
      const RUN = await ground.run();
      return {
        async tiffcp() {
          requirePeer('tiffcp');
          const OUT = await ground.empty('collages.tif');
          return measure('tiffcp -c none "$RUN"/*.tif "$OUT"', { env: { RUN, OUT } });
        },
        async pipe() {
          const OUT = await ground.empty('pipe.tar');
          return measure(`${PIPE} | fc-exif --quiet > "$OUT"`, { env: { RUN, OUT } });
        },
        async 'one process'() {
          const OUT = await ground.empty('one-process.tar');
          return measure('node "$CHAIN" "$RUN" > "$OUT"', { env: { CHAIN: oneProcess, RUN, OUT } });
        },
        async files() {
          const OUT = ground.fresh('files');
          return measure(`${PIPE} | fc-exif --quiet --output-directory "$OUT"`, { env: { RUN, OUT } });
        },
        async deflate() {
          const OUT = await ground.empty('deflate.tar');
          return measure(`${PIPE} --compression deflate | fc-exif --quiet > "$OUT"`, { env: { RUN, OUT } });
        },
      };
    },
    async check() {
      if ((await digest(tar('pipe'))) !== (await digest(tar('one-process'))))
        throw new Error('one process and three wrote different archives');
    },
  };
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await joined(createReadStream(path), hash);
  return hash.digest('hex');
}
