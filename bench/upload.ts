/** Vignettes into a store, against rclone; and again, when all of them are there. */
import { join } from 'node:path';
import type { Comparison } from './comparison.js';
import { cpuEach, perSecond, seconds } from './figures.js';
import { atLeast, atMost } from './goals.js';
import { type Ground, PARTICLES } from './ground.js';
import { measure } from './measure.js';
import { requirePeer } from './peers.js';

export function upload(ground: Ground): Comparison {
  const work = `\`fc-upload\` of the ${PARTICLES} vignettes of ${ground.title}, new keys`;
  const rclone = '`rclone copy --transfers 16 --no-traverse`, same files, same Ceph gateway';
  return {
    name: 'upload',
    rounds: 3,
    seconds: 90,
    rows: [
      {
        work: `${work}: objects a second`,
        against: rclone,
        ours: 'fc-upload',
        theirs: 'rclone',
        figure: perSecond(PARTICLES),
        goal: atLeast(1.5),
      },
      {
        work: 'the same: processor time an object',
        against: rclone,
        ours: 'fc-upload',
        theirs: 'rclone',
        figure: cpuEach(PARTICLES),
        goal: { text: '< 1', met: (ratio) => ratio < 1 },
      },
      {
        work: '`fc-upload` again, nothing changed',
        against: 'the first upload',
        ours: 'fc-upload again',
        theirs: 'fc-upload',
        figure: seconds,
        goal: atMost(0.1),
      },
    ],
    async prepare() {
      const RUN = await ground.run();
      const [TAR, IMAGES] = [join(ground.folder, 'upload.tar'), join(ground.folder, 'images')];
      await measure(
        'fc-lst2csv "$RUN" --quiet --format ndjson | fc-decollage --quiet | fc-exif --quiet > "$TAR"' +
          ` && mkdir -p "$IMAGES" && tar -xf "$TAR" -C "$IMAGES" --exclude='*.json'`,
        { env: { RUN, TAR, IMAGES } },
      );
      const { bucket: BUCKET, env } = await ground.gateway();
      const remote = {
        RCLONE_CONFIG: '/dev/null',
        RCLONE_CONFIG_STORE_TYPE: 's3',
        RCLONE_CONFIG_STORE_PROVIDER: 'Ceph',
        RCLONE_CONFIG_STORE_ACCESS_KEY_ID: env.AWS_ACCESS_KEY_ID!,
        RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: env.AWS_SECRET_ACCESS_KEY!,
        RCLONE_CONFIG_STORE_REGION: env.AWS_REGION!,
        RCLONE_CONFIG_STORE_ENDPOINT: env.AWS_ENDPOINT_URL_S3!,
      };
      let round = 0;
      const uploaded = () =>
        measure('fc-upload --quiet --bucket "$BUCKET" --prefix "$PREFIX" < "$TAR" > /dev/null', {
          env: { ...env, BUCKET, TAR, PREFIX: `fc-upload-${round}` },
        });
      return {
        'fc-upload': () => {
          round += 1;
          return uploaded();
        },
        'fc-upload again': uploaded,
        async rclone() {
          requirePeer('rclone');
          return measure('rclone copy --transfers 16 --no-traverse "$IMAGES" "store:$BUCKET/$PREFIX"', {
            env: { ...env, ...remote, BUCKET, IMAGES, PREFIX: `rclone-${round}` },
          });
        },
      };
    },
  };
}
