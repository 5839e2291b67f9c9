/**
 * Looks into the demo's store with Amazon's own client, which knows nothing of the toolkit:
 * `node demo/store.js URL ENV_FILE BUCKET list`, or `… get KEY > FILE`.
 */
import { readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';

const [, , endpoint, envFile, Bucket, action, Key] = process.argv;
const env = Object.fromEntries(
  readFileSync(envFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/=(.*)/s)),
);
const client = new S3Client({
  endpoint,
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
});

if (action === 'get') {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  await pipeline(Body, process.stdout);
} else {
  const objects = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
    objects.push(...Contents);
  for (const { Key: key, Size, ETag } of objects.slice(0, 5)) console.log(`${key}  ${Size} bytes  ${ETag}`);
  const bytes = objects.reduce((sum, { Size }) => sum + Size, 0);
  console.log(`… ${objects.length} objects, ${bytes} bytes, in bucket ${Bucket}`);
}
