/** The store that is uploaded to: a Ceph gateway of our own on this machine. */
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { root } from './places.js';

const script = join(root, 'scripts/ceph-gateway.sh');
const BUCKET = 'bench';

export interface Gateway {
  bucket: string;
  /** Address, keys and region, as S3 clients know them: `AWS_…`. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * Starts a gateway, with an empty bucket. It is gone when this process is, however that ends.
 *
 * @param disk the most it can hold, `8G`
 * @throws an Error where Ceph is missing and cannot be installed
 */
export async function startGateway(directory: string, disk: string): Promise<Gateway> {
  const run = async (verb: string) => {
    const { exitCode, stdout, stderr } = await execa(script, [verb], {
      env: {
        FC_CEPH_DIR: directory,
        FC_CEPH_PORT: '',
        FC_CEPH_DISK: disk,
        FC_CEPH_OWNER: String(process.pid),
      },
      reject: false,
    });
    if (exitCode !== 0) throw new Error(stderr.split('\n').at(-1) ?? `${script} ${verb} failed`);
    return stdout;
  };
  await run('start');
  const exported = [...(await run('env')).matchAll(/^export (AWS_\w+)=(.*)$/gm)];
  const env = Object.fromEntries(exported.map(([, name, value]) => [name!, value!]));
  await makeBucket(env);
  return {
    bucket: BUCKET,
    env,
    stop: async () => {
      await run('reset');
    },
  };
}

async function makeBucket(env: Record<string, string>): Promise<void> {
  // A notice that node grows old is of no use here.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = new S3Client({
    endpoint: env.AWS_ENDPOINT_URL_S3!,
    region: env.AWS_REGION!,
    forcePathStyle: true,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID!, secretAccessKey: env.AWS_SECRET_ACCESS_KEY! },
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
}
