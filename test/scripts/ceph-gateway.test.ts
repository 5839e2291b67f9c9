import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { expect, test, vi } from 'vitest';
import { describeCeph, describeOwnCeph, Gateway } from '../support/ceph.js';
import { environment, run } from '../support/programs.js';
import { clientFor } from '../support/s3.js';
import { workdir } from '../support/workdir.js';

describeCeph('a throw-away Ceph gateway', (gateway) => {
  test('stores for its owner, and refuses strangers and the unknown', async () => {
    const { url, keys, stranger } = gateway();
    const Bucket = await gateway().bucket();
    const put = (accessKey: string, secretKey: string) =>
      clientFor(url, accessKey, secretKey).send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    expect(await put(keys.accessKey, keys.secretKey)).toMatchObject({
      ETag: '"9dd4e461268c8034f5c8564e155c67a6"',
    });
    const refusals = [
      [stranger.accessKey, stranger.secretKey, 'AccessDenied'],
      [keys.accessKey, 'wrong', 'SignatureDoesNotMatch'],
      ['nobody', keys.secretKey, 'InvalidAccessKeyId'],
    ] as const;
    for (const [accessKey, secretKey, Code] of refusals)
      await expect(put(accessKey, secretKey)).rejects.toMatchObject({ Code });
  });

  test('speaks HTTPS to those who trust its certificate, and to nobody else', async () => {
    const { tlsUrl, certificate } = gateway();
    const ask = (env: Record<string, string>) =>
      run(process.execPath, ['-e', `fetch('${tlsUrl}').then((answer) => console.log(answer.status))`], {
        env: environment(env),
      });
    expect((await ask({ NODE_EXTRA_CA_CERTS: certificate })).stdout.toString()).toBe('200\n');
    const refused = await ask({});
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
  });
});

describeOwnCeph('a Ceph gateway that is ended', (gateway) => {
  test('answers again after a new start, at the same place, with what it had', async () => {
    const Bucket = await gateway().bucket();
    const head = () => gateway().client().send(new HeadBucketCommand({ Bucket }));
    await gateway().pause();
    await expect(head()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await gateway().resume();
    await head();
  });

  test('is gone when the process is that it was started for', async () => {
    const directory = join(workdir(), 'ceph');
    const owner = execa('sleep', ['3600'], { reject: false });
    await Gateway.start(directory, owner.pid);
    owner.kill();
    await owner;
    await vi.waitUntil(() => !existsSync(directory), { timeout: 60_000, interval: 200 });
  });
});
