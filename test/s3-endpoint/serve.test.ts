import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { environment, root, run } from '../support/programs.js';
import { accessKey, clientFor, secretKey } from '../support/s3.js';
import { workdir } from '../support/workdir.js';

const program = join(root, 'dist/s3-endpoint/serve.js');
const keys = ['--access-key', accessKey, '--secret-key', secretKey];

async function serve(directory: string, ...more: string[]) {
  const endpoint = execa(process.execPath, [program, '--directory', directory, ...keys, ...more], {
    env: environment(),
    extendEnv: false,
    reject: false,
  });
  onTestFinished(() => void endpoint.kill('SIGKILL'));
  const [line] = await once(createInterface(endpoint.stdout), 'line');
  return { endpoint, ...(JSON.parse(line) as { url: string; directory: string }) };
}

test('prints where it listens, has the buckets asked for, and ends on SIGTERM with status 0', async () => {
  const directory = join(workdir(), 'data');
  const { endpoint, url, ...said } = await serve(
    directory,
    '--create-bucket',
    'one',
    '--create-bucket',
    'two',
  );
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(said.directory).toBe(directory);
  const client = clientFor(url);
  const { Buckets } = await client.send(new ListBucketsCommand({}));
  expect(Buckets!.map(({ Name }) => Name)).toEqual(['one', 'two']);
  await client.send(new PutObjectCommand({ Bucket: 'one', Key: 'run/1.tif', Body: 'x' }));
  expect(existsSync(join(directory, 'one/objects/run/1.tif'))).toBe(true);
  endpoint.kill('SIGTERM');
  expect(await endpoint).toMatchObject({ exitCode: 0, stderr: '' });
});

test('is told to misbehave where it was started so', async () => {
  const { url } = await serve(workdir(), '--create-bucket', 'one', '--allow-faults');
  const tell = async (method: string, body?: string) => {
    const response = await fetch(`${url}/-/faults`, { method, ...(body === undefined ? {} : { body }) });
    return { status: response.status, text: await response.text() };
  };
  const client = clientFor(url);
  const put = () => client.send(new PutObjectCommand({ Bucket: 'one', Key: 'k', Body: 'x' }));

  expect(await tell('PUT', '{"fault":"SlowDown","key":"^k$","every":2}')).toMatchObject({ status: 200 });
  await put();
  await expect(put()).rejects.toMatchObject({ name: 'SlowDown' });
  expect(JSON.parse((await tell('GET')).text)).toEqual([
    { fault: 'SlowDown', key: '^k$', every: 2, matched: 2, fired: 1 },
  ]);
  expect(await tell('DELETE')).toMatchObject({ status: 200, text: '[]\n' });
  for (let index = 0; index < 4; index += 1) await put();
  expect(await tell('PUT', '{"fault":"sulk"}')).toEqual({ status: 400, text: 'no such fault: sulk\n' });
});

test('heeds no such thing otherwise', async () => {
  const { url } = await serve(workdir());
  const response = await fetch(`${url}/-/faults`, { method: 'PUT', body: '{"fault":"SlowDown"}' });
  expect(response.status).toBe(403);
});

test.each([
  ['no keys', ['--directory', 'data'], 'are needed'],
  ['an unknown option', ['--directory', 'data', ...keys, '--verbose'], "Unknown option '--verbose'"],
  ['a port that is none', ['--directory', 'data', ...keys, '--port', 'x'], 'must be a number'],
  ['a bucket that cannot be', ['--directory', 'data', ...keys, '--create-bucket', '..'], 'not valid'],
])('says in a line what is wrong with %s', async (_, options, reason) => {
  const { status, stdout, stderr } = await run(process.execPath, [program, ...options], { cwd: workdir() });
  expect({ status, stdout: stdout.toString() }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^s3-endpoint: .*\n$/);
  expect(stderr).toContain(reason);
});
