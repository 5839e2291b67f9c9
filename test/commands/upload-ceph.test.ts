/** fc-upload into a real S3 store, a Ceph RADOS Gateway, checked by clients that are not ours. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { describeCeph, describeOwnCeph } from '../support/ceph.js';
import { environment, run, shell } from '../support/programs.js';
import { describeReal, realRuns, testWith } from '../support/requirements.js';
import {
  AWKWARD_NAMES,
  contentsOf,
  expectedContents,
  file,
  images,
  keysIn,
  receiptsIn,
  streamOf,
  type TestFile,
  upload,
  vignettes,
} from '../support/uploads.js';
import { workdir } from '../support/workdir.js';

/** Reads a bucket with boto3 and compares names and bytes with a folder's. */
const BOTO3 = `
import boto3, hashlib, os, sys
bucket, prefix, folder = sys.argv[1:]
s3 = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL_S3'], region_name='us-east-1')
pages = s3.get_paginator('list_objects_v2').paginate(Bucket=bucket)
keys = [o['Key'] for page in pages for o in page.get('Contents', [])]
assert sorted(keys) == sorted(prefix + name for name in os.listdir(folder)), keys
for key in keys:
    answer = s3.get_object(Bucket=bucket, Key=key)
    body = answer['Body'].read()
    assert body == open(os.path.join(folder, key[len(prefix):]), 'rb').read(), key
    assert answer['ETag'] == '"%s"' % hashlib.md5(body).hexdigest(), key
print(len(keys))
`;

function folderOf(files: TestFile[]): string {
  const folder = join(workdir(), 'files');
  mkdirSync(folder);
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
  return folder;
}

describeCeph('on a Ceph gateway', (gateway) => {
  testWith(['python3', 'boto3'], 'boto3 finds every name and byte, strange names among them', async () => {
    const bucket = await gateway().bucket();
    const files = [...AWKWARD_NAMES.map((name) => file(`${name}.tif`)), ...images(vignettes(20))];
    const input = await streamOf(files);
    const args = ['--bucket', bucket, '--prefix', 'Tank 10+/é?#'];
    expect(await upload(args, { env: gateway().env, input })).toMatchObject({ status: 0 });
    const { stdout, stderr } = await run('python3', ['-c', BOTO3, bucket, 'Tank 10+/é?#/', folderOf(files)], {
      env: environment(gateway().env),
    });
    expect({ stdout: stdout.toString(), stderr }).toEqual({ stdout: `${files.length}\n`, stderr: '' });
    const again = await upload(args, { env: gateway().env, input });
    expect(again.receipts.map(({ status }) => status)).toEqual(files.map(() => 'unchanged'));
  });

  testWith(['rclone'], 'rclone check finds no difference', async () => {
    const bucket = await gateway().bucket();
    const files = images(vignettes(1100));
    await upload(['--bucket', bucket], { env: gateway().env, input: await streamOf(files) });
    const { keys, url } = gateway();
    const remote = `:s3,provider=Ceph,access_key_id=${keys.accessKey},secret_access_key=${keys.secretKey},endpoint='${url}':${bucket}`;
    const { stderr, status } = await run('rclone', [
      '--config',
      '/dev/null',
      'check',
      folderOf(files),
      remote,
    ]);
    expect({ stderr, status }).toEqual({ stderr: expect.stringMatching(/0 differences found/), status: 0 });
  });

  test('says what is wrong with the keys or the bucket, in one line, status 4', async () => {
    const { env, stranger } = gateway();
    const bucket = await gateway().bucket();
    const input = await streamOf(vignettes(50));
    const cases: [Record<string, string>, string, RegExp][] = [
      [
        { AWS_SECRET_ACCESS_KEY: 'wrong' },
        bucket,
        /the secret key is not the one .*\(SignatureDoesNotMatch\)/,
      ],
      [{ AWS_ACCESS_KEY_ID: 'nobody' }, bucket, /does not know this access key \(InvalidAccessKeyId\)/],
      [
        { AWS_ACCESS_KEY_ID: stranger.accessKey, AWS_SECRET_ACCESS_KEY: stranger.secretKey },
        bucket,
        /the store (?:denies access|does not say what is there).* \(AccessDenied\)/,
      ],
      [{}, `no-${bucket}`, /there is no such bucket \(NoSuchBucket\)/],
    ];
    for (const more of [[], ['--tar-key', 'k'], ['--no-replace']])
      for (const [wrong, name, words] of cases) {
        const { status, stderr, receipts } = await upload(['--bucket', name, ...more], {
          env: { ...env, ...wrong },
          input,
        });
        expect({ status, stderr, receipts }).toEqual({
          status: 4,
          stderr: expect.stringMatching(words),
          receipts: [],
        });
        // Where listing is denied, a note says so before.
        expect(stderr.match(/\n/g)!.length).toBeLessThanOrEqual(
          words.source.includes('AccessDenied') ? 2 : 1,
        );
      }
    expect(await keysIn(gateway().client(), bucket)).toEqual([]);
  });

  test('sends what has changed and nothing else; 2,500 keys take three pages', async () => {
    const bucket = await gateway().bucket();
    const { env } = gateway();
    await upload(['--bucket', bucket, '--prefix', 'p'], { env, input: await streamOf(vignettes(2500)) });
    const files = vignettes(2500).map((one) =>
      one.name === 'run_1234.tif' ? file(one.name, 'changed') : one,
    );
    const { status, receipts } = await upload(['--bucket', bucket, '--prefix', 'p'], {
      env,
      input: await streamOf(files),
    });
    expect(status).toBe(0);
    const others = receipts.filter((receipt) => receipt.status !== 'unchanged');
    expect(others).toMatchObject([{ key: 'p/run_1234.tif', status: 'replaced' }]);
  });

  test('an archive in parts arrives whole, and a cut one leaves nothing behind', async () => {
    const bucket = await gateway().bucket();
    const { env } = gateway();
    const input = await streamOf(
      Array.from({ length: 12 }, (_, at) => file(`${at}.tif`, Buffer.alloc(2 ** 20, at))),
    );
    const args = ['--bucket', bucket, '--tar-key', 'é +.tar', '--part-size', '5MiB'];
    const cut = await upload(args, { env, input: input.subarray(0, input.length - 1024) });
    expect(cut.status).toBe(3);
    const { Uploads } = await gateway()
      .client()
      .send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads).toBeUndefined();
    const { status, receipts } = await upload(args, { env, input });
    expect({ status, receipts }).toMatchObject({
      status: 0,
      receipts: [{ status: 'uploaded', verified: 'etag' }],
    });
    expect((await contentsOf(gateway().client(), bucket)).get('é +.tar')!.equals(input)).toBe(true);
  });

  test('--verify head', async () => {
    const bucket = await gateway().bucket();
    const outcome = await upload(['--bucket', bucket, '--verify', 'head'], {
      env: gateway().env,
      input: await streamOf(vignettes(10)),
    });
    expect(outcome).toMatchObject({ status: 0 });
    expect(new Set(outcome.receipts.map(({ verified }) => verified))).toEqual(new Set(['head']));
  });

  test('TLS is checked: refused without the certificate, taken with it', async () => {
    const bucket = await gateway().bucket();
    const input = await streamOf(vignettes(5));
    const env: Record<string, string> = { ...gateway().env, AWS_ENDPOINT_URL_S3: gateway().tlsUrl };
    const { certificate } = gateway();
    for (const more of [{}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }])
      for (const archive of [[], ['--tar-key', 'k']]) {
        const refused = await upload(['--bucket', bucket, ...archive], { env: { ...env, ...more }, input });
        expect(refused.status).toBe(4);
        expect(refused.stderr).toMatch(/certificate is self-signed .*--ca-file/);
      }
    expect(await keysIn(gateway().client(), bucket)).toEqual([]);
    const taken = [
      await upload(['--bucket', bucket], { env: { ...env, NODE_EXTRA_CA_CERTS: certificate }, input }),
      await upload(['--bucket', bucket, '--ca-file', certificate], { env, input }),
      await upload(['--bucket', bucket, '--tar-key', 'k', '--ca-file', certificate], { env, input }),
      await upload(['--bucket', bucket, '--tar-key', 'k', '--request-checksum', 'when-supported'], {
        env: { ...env, NODE_EXTRA_CA_CERTS: certificate },
        input,
      }),
    ];
    expect(taken.map(({ status, receipts }) => [status, receipts[0]?.status])).toEqual([
      [0, 'uploaded'],
      [0, 'unchanged'],
      [0, 'uploaded'],
      [0, 'unchanged'],
    ]);
  });

  describeReal('a real run', () => {
    testWith(['python3', 'boto3'], 'goes through the whole pipe into the store', async () => {
      const bucket = await gateway().bucket();
      const cwd = workdir();
      const { status, stderr } = await shell(
        `fc-lst2csv '${realRuns.meso}' --format ndjson | fc-decollage | fc-exif | tee v.tar |
         fc-upload --bucket ${bucket} --prefix meso --expect 475 --confirm done.txt &&
         mkdir files && tar -x -C files -f v.tar --exclude='*.json'`,
        { cwd, env: environment(gateway().env) },
      );
      expect({ stderr, status }).toMatchObject({ status: 0 });
      const check = await run('python3', ['-c', BOTO3, bucket, 'meso/', join(cwd, 'files')], {
        env: environment(gateway().env),
      });
      expect({ stdout: check.stdout.toString(), stderr: check.stderr }).toEqual({
        stdout: '475\n',
        stderr: '',
      });
    });
  });
});

describeOwnCeph('on a Ceph gateway that is ended in the middle of an upload', (gateway) => {
  const files = vignettes(1000);

  /** Starts an upload, and ends the gateway when some of it has arrived. */
  async function interrupted(retries: number) {
    const bucket = await gateway().bucket();
    const cwd = workdir();
    writeFileSync(join(cwd, 'v.tar'), await streamOf(files));
    const args = ['--bucket', bucket, '--confirm', 'done.txt', 'v.tar'];
    const child = execa('fc-upload', ['--retries', String(retries), ...args], {
      env: environment(gateway().env),
      extendEnv: false,
      cwd,
      reject: false,
    });
    const client = gateway().client();
    while ((await keysIn(client, bucket)).length < 100)
      await new Promise((resolve) => setTimeout(resolve, 100));
    await gateway().pause();
    const confirmed = () => existsSync(join(cwd, 'done.txt'));
    return { bucket, cwd, args, child, client, confirmed };
  }

  test('and comes back in time: the upload waits for it, and every object arrives', async () => {
    const { bucket, child, client, confirmed } = await interrupted(20);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(confirmed()).toBe(false);
    await gateway().resume();
    expect(await child).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/trying again/) });
    expect(confirmed()).toBe(true);
    expect(await contentsOf(client, bucket)).toEqual(expectedContents(images(files)));
  }, 600_000);

  test('and does not come back in time: status 4 and no confirmation; the same command again completes it', async () => {
    const { bucket, cwd, args, child, client, confirmed } = await interrupted(2);
    const { exitCode, stderr, stdout } = await child;
    expect([exitCode, stderr]).toEqual([
      4,
      expect.stringMatching(/the same command again sends what is missing/),
    ]);
    expect(confirmed()).toBe(false);
    await gateway().resume();
    const there = new Set(await keysIn(client, bucket));
    expect(there.size).toBeLessThan(files.length / 2);
    for (const { key, status } of receiptsIn(Buffer.from(stdout)))
      if (status !== 'failed') expect(there.has(key)).toBe(true);
    expect(await upload(args, { cwd, env: gateway().env })).toMatchObject({ status: 0 });
    expect(confirmed()).toBe(true);
    expect(await contentsOf(client, bucket)).toEqual(expectedContents(images(files)));
  }, 600_000);
});
