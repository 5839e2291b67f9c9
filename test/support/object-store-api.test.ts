/** The stand-in keeps to what the real API does, as curl and fetch see it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ObjectStoreApi, objectStoreApi } from './object-store-api.js';
import { run } from './programs.js';
import { testWith } from './requirements.js';
import { workdir } from './workdir.js';

async function post(url: string, fields: Record<string, string>, names: string[] = []) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const name of names) form.append('files', new Blob([`\r\n--${name}\r\n`]), name);
  const response = await fetch(url, { method: 'POST', body: form });
  return { status: response.status, content: await response.json() };
}

const upload = ({ url, bucket }: ObjectStoreApi, ...names: string[]) =>
  post(url, { bucket_name: bucket }, names);
const exists = async ({ url, bucket }: ObjectStoreApi, filename: string) =>
  (await post(new URL('../check-file-exist/', url).href, { bucket_name: bucket, filename })).content;

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `run_${index}.tif`);
const SUCCESS = { status: 200, content: { message: 'All files uploaded and verified successfully' } };

test('stores files under their name behind a slash, byte for byte', async () => {
  const api = await objectStoreApi();
  expect(await upload(api, 'run_1.tif', 'é b.tif')).toEqual(SUCCESS);
  expect([...api.objects.keys()]).toEqual(['/run_1.tif', '/é b.tif']);
  expect(api.objects.get('/run_1.tif')!.toString()).toBe('\r\n--run_1.tif\r\n');
  expect(await exists(api, '/run_1.tif')).toEqual({ exists: true });
  expect(await exists(api, 'run_1.tif')).toEqual({ exists: false });
});

test('refuses more than 1,000 files, and takes 1,000', async () => {
  const api = await objectStoreApi();
  expect(await upload(api, ...numbered(1001))).toMatchObject({ status: 400 });
  expect(api.objects.size).toBe(0);
  expect(await upload(api, ...numbered(1000))).toEqual(SUCCESS);
  expect(api.objects.size).toBe(1000);
});

test('says yes although a file, or the whole bucket, is not there', async () => {
  const api = await objectStoreApi({ stores: (name) => name !== 'run_1.tif' });
  expect(await upload(api, ...numbered(3))).toEqual(SUCCESS);
  expect(await exists(api, '/run_1.tif')).toEqual({ exists: false });
  expect(await upload({ ...api, bucket: 'nowhere' }, 'a.tif')).toEqual(SUCCESS);
  expect([...api.objects.keys()]).toEqual(['/run_0.tif', '/run_2.tif']);
});

test('fails at the second upload, and answers late or never', async () => {
  const api = await objectStoreApi({
    status: (request, count) => (request === 'upload' && count === 2 ? 500 : undefined),
    delay: (request, count) => (request === 'check' ? [20, Number.POSITIVE_INFINITY][count - 1]! : 0),
  });
  const statuses = [];
  for (const name of numbered(3)) statuses.push((await upload(api, name)).status);
  expect(statuses).toEqual([200, 500, 200]);
  expect(api.uploads).toEqual([['run_0.tif'], ['run_1.tif'], ['run_2.tif']]);
  expect(await exists(api, '/run_1.tif')).toEqual({ exists: false });
  const never = fetch(new URL('../check-file-exist/', api.url), {
    method: 'POST',
    body: new URLSearchParams({ bucket_name: api.bucket, filename: '/run_0.tif' }),
    signal: AbortSignal.timeout(200),
  });
  await expect(never).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('wants its fields, a whole form, and the slash at the end', async () => {
  const api = await objectStoreApi();
  expect((await post(api.url, {}, ['a.tif'])).status).toBe(422);
  expect((await post(api.url, { bucket_name: 'bucket' })).status).toBe(422);
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  expect((await fetch(api.url, { method: 'POST', headers, body: '--x\r\ncut' })).status).toBe(400);
  const redirected = await fetch(api.url.slice(0, -1), { method: 'POST', redirect: 'manual' });
  expect(redirected.status).toBe(307);
});

testWith(['curl'], 'curl uploads and asks', async () => {
  const api = await objectStoreApi();
  const file = join(workdir(), 'run_1.tif');
  writeFileSync(file, Buffer.from([0, 13, 10, 45, 45, 255]));
  const curl = async (...args: string[]) =>
    JSON.parse((await run('curl', ['-s', ...args])).stdout.toString());
  expect(await curl('-F', 'bucket_name=bucket', '-F', `files=@${file}`, api.url)).toEqual(SUCCESS.content);
  const check = new URL('../check-file-exist/', api.url).href;
  expect(await curl('-d', 'bucket_name=bucket', '--data-urlencode', 'filename=/run_1.tif', check)).toEqual({
    exists: true,
  });
  expect([...api.objects.get('/run_1.tif')!]).toEqual([0, 13, 10, 45, 45, 255]);
});
