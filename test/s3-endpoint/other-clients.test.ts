/** The endpoint as clients that are not ours see it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { environment, run, shell } from '../support/programs.js';
import { testWith } from '../support/requirements.js';
import { accessKey, secretKey, testEndpoint } from '../support/s3.js';
import { workdir } from '../support/workdir.js';

const BOTO3 = `
import boto3, hashlib, io, os
from botocore.client import Config
from botocore.exceptions import ClientError

s3 = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL_S3'], region_name='us-east-1',
                  config=Config(retries={'max_attempts': 0}))

def code(call, **arguments):
    try:
        call(Bucket='bucket', **arguments)
    except ClientError as error:
        return error.response['Error']['Code']

keys = ['run/1.tif', 'run/a b+c.tif', 'run/\\u00e9?#%2e.tif', 'runs']
for key in keys:
    s3.put_object(Bucket='bucket', Key=key, Body=key.encode(), Metadata={'md5': 'x'})
    answer = s3.get_object(Bucket='bucket', Key=key)
    assert answer['Body'].read() == key.encode() and answer['Metadata'] == {'md5': 'x'}, key
for version in 'list_objects', 'list_objects_v2':
    pages = s3.get_paginator(version).paginate(Bucket='bucket', PaginationConfig={'PageSize': 1})
    assert [o['Key'] for page in pages for o in page['Contents']] == keys, version
top = s3.list_objects_v2(Bucket='bucket', Delimiter='/')
assert [p['Prefix'] for p in top['CommonPrefixes']] == ['run/'] and top['Contents'][0]['Key'] == 'runs'

large = os.urandom(12_000_000)
s3.upload_fileobj(io.BytesIO(large), 'bucket', 'large')
copy = io.BytesIO()
s3.download_fileobj('bucket', 'large', copy)
assert copy.getvalue() == large and s3.head_object(Bucket='bucket', Key='large')['ETag'].endswith('-2"')

assert code(s3.put_object, Key='k', Body=b'x', ContentMD5='1B2M2Y8AsgTpgAmY7PhCfg==') == 'BadDigest'
assert code(s3.put_object, Key='k', Body=b'x', ContentMD5='AAAA') == 'InvalidDigest'
assert code(s3.get_object, Key='k') == 'NoSuchKey'
wrong = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL_S3'], region_name='us-east-1',
                     aws_access_key_id=os.environ['AWS_ACCESS_KEY_ID'], aws_secret_access_key='wrong')
assert code(wrong.put_object, Key='k', Body=b'x' * 10_000_000) == 'SignatureDoesNotMatch'

s3.delete_objects(Bucket='bucket', Delete={'Objects': [{'Key': key} for key in keys]})
assert [o['Key'] for o in s3.list_objects_v2(Bucket='bucket')['Contents']] == ['large']
print('ok')
`;

testWith(['python3', 'boto3'], 'boto3 puts, gets, lists, deletes, and is refused', async () => {
  const endpoint = await testEndpoint();
  const { stdout, stderr } = await run('python3', ['-c', BOTO3], { env: environment(endpoint.env) });
  expect(stderr).toBe('');
  expect(stdout.toString()).toBe('ok\n');
});

testWith(['rclone'], 'rclone copies a folder and finds it complete, in parts where it is large', async () => {
  const endpoint = await testEndpoint();
  const folder = workdir();
  mkdirSync(join(folder, 'run 1/é'), { recursive: true });
  for (let index = 0; index < 300; index += 1)
    writeFileSync(join(folder, 'run 1/é', `run+${index}.tif`), randomBytes(index));
  writeFileSync(join(folder, 'large.tar'), randomBytes(11_000_000));
  const env = environment({
    SOURCE: folder,
    RCLONE_CONFIG: join(folder, '../none.conf'),
    RCLONE_CONFIG_STORE_TYPE: 's3',
    RCLONE_CONFIG_STORE_PROVIDER: 'Other',
    RCLONE_CONFIG_STORE_ENDPOINT: endpoint.url,
    RCLONE_CONFIG_STORE_ACCESS_KEY_ID: accessKey,
    RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: secretKey,
    RCLONE_S3_UPLOAD_CUTOFF: '5M',
  });
  const copied = await shell(
    'rclone copy "$SOURCE" store:bucket && rclone check --download "$SOURCE" store:bucket',
    {
      env,
    },
  );
  expect(copied.stderr).toContain('301 matching files');
  expect(copied.status).toBe(0);
  const { ETag } = await endpoint.client.send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'large.tar' }));
  expect(ETag).toMatch(/-3"$/);
  const listed = await shell(
    'rclone lsf store:bucket && rclone delete store:bucket && rclone ls store:bucket',
    {
      env,
    },
  );
  expect(listed.stdout.toString()).toBe('large.tar\nrun 1/\n');
});
