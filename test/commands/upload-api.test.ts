/** fc-upload --api-url: the NERC-CEH object store API, which says yes whatever happens. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { objectStoreApi } from '../support/object-store-api.js';
import { expectRefusal } from '../support/refusals.js';
import { expectedContents, file, images, streamOf, upload, vignettes } from '../support/uploads.js';
import { workdir } from '../support/workdir.js';

const to = (api: { url: string }, ...more: string[]) => ['--bucket', 'bucket', '--api-url', api.url, ...more];

test('files are stored under /NAME, each asked for before and after', async () => {
  const api = await objectStoreApi();
  const cwd = workdir();
  const files = [...vignettes(5), file('run_4.mask.png'), file("é +?#%2e (1)'.tif")];
  const { status, receipts } = await upload(to(api, '--confirm', 'done.txt'), {
    cwd,
    input: await streamOf(files),
  });
  expect(status).toBe(0);
  expect(api.objects).toEqual(expectedContents(images(files), '/'));
  expect(api.uploads).toHaveLength(1);
  expect(api.checks).toHaveLength(14);
  expect(receipts[0]).toEqual({
    bucket: 'bucket',
    key: '/run_0.tif',
    bytes: expect.any(Number),
    md5: expect.stringMatching(/^[0-9a-f]{32}$/),
    kind: 'vignette',
    status: 'uploaded',
    verified: 'exists',
  });
  expect(existsSync(join(cwd, 'done.txt'))).toBe(true);
});

test.each([
  [999, [999]],
  [1000, [999, 1]],
  [2000, [999, 999, 2]],
])('%i files go in requests of at most 999', async (count, sizes) => {
  const api = await objectStoreApi();
  const { status, receipts } = await upload(to(api), { input: await streamOf(images(vignettes(count))) });
  expect(status).toBe(0);
  expect(api.uploads.map(({ length }) => length)).toEqual(sizes);
  expect(api.objects.size).toBe(count);
  expect(receipts.map(({ key }) => key)).toEqual(images(vignettes(count)).map(({ name }) => `/${name}`));
});

test('a name that is there is present, and not sent unless --replace', async () => {
  const api = await objectStoreApi();
  await upload(to(api), { input: await streamOf([file('a.tif', 'first')]) });
  const input = await streamOf([file('a.tif', 'second'), file('b.tif')]);
  const careful = await upload(to(api), { input });
  expect(careful).toMatchObject({ status: 0 });
  expect(careful.receipts.map(({ status, verified }) => [status, verified])).toEqual([
    ['present', 'exists'],
    ['uploaded', 'exists'],
  ]);
  expect(api.objects.get('/a.tif')!.toString()).toBe('first');
  await upload(to(api, '--replace'), { input });
  expect(api.objects.get('/a.tif')!.toString()).toBe('second');
});

describe('lies', () => {
  test('200 while nothing was stored: those are failed, nothing is confirmed', async () => {
    const api = await objectStoreApi({ stores: (name) => name !== 'run_3.tif' });
    const cwd = workdir();
    const input = await streamOf(vignettes(6));
    const outcome = await upload(to(api, '--confirm', 'done.txt'), { cwd, input });
    expect(outcome.status).toBe(4);
    expect(outcome.stderr).toMatch(
      /1 of 6 objects are not stored; the first is \/run_3\.tif: the API accepted it/,
    );
    expect(outcome.receipts.map(({ status }) => status)).toEqual([
      'uploaded',
      'uploaded',
      'uploaded',
      'failed',
      'uploaded',
      'uploaded',
    ]);
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
  });

  test('500 on the second batch passes when it is tried again', async () => {
    const api = await objectStoreApi({
      status: (request, count) => (request === 'upload' && count === 2 ? 500 : undefined),
    });
    const { status } = await upload(to(api), { input: await streamOf(images(vignettes(1100))) });
    expect({ status, stored: api.objects.size }).toEqual({ status: 0, stored: 1100 });
  });

  test('500 on the second batch for good: its files are failed, those of the others stored', async () => {
    const api = await objectStoreApi({
      status: (request, count) => (request === 'upload' && (count === 2 || count === 3) ? 500 : undefined),
    });
    const cwd = workdir();
    const outcome = await upload(to(api, '--retries', '1', '--confirm', 'done.txt'), {
      cwd,
      input: await streamOf(images(vignettes(2100))),
    });
    expect(outcome.status).toBe(4);
    expect(outcome.receipts.filter(({ status }) => status === 'failed')).toHaveLength(999);
    expect(api.objects.size).toBe(2100 - 999);
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
    expect(
      await upload(to(api, '--retries', '1'), { cwd, input: await streamOf(images(vignettes(2100))) }),
    ).toMatchObject({
      status: 0,
    });
  });

  test('slow answers are waited for, those that never come are not', async () => {
    const slow = await objectStoreApi({ delay: (request) => (request === 'upload' ? 1500 : 0) });
    expect(await upload(to(slow), { input: await streamOf(vignettes(2)) })).toMatchObject({ status: 0 });
    // A second for each file is due to the API, beside the time-out.
    expect(
      await upload(to(slow, '--replace', '--timeout', '1', '--retries', '0'), {
        input: await streamOf(vignettes(3)),
      }),
    ).toMatchObject({ status: 0 });
    const never = await objectStoreApi({ delay: () => Number.POSITIVE_INFINITY });
    const outcome = await upload(to(never, '--timeout', '0.5', '--retries', '0'), {
      input: await streamOf(vignettes(2)),
    });
    expect(outcome).toMatchObject({ status: 4, stderr: expect.stringMatching(/no answer within/) });
  });
});

test('an API that is none is said to be none', async () => {
  const api = await objectStoreApi();
  const url = api.url.replace('/upload/', '/v2/upload/');
  const outcome = await upload(['--bucket', 'bucket', '--api-url', url], {
    input: await streamOf(vignettes(1)),
  });
  expectRefusal(
    { ...outcome, stdout: Buffer.alloc(0) },
    4,
    /there is no object store API there \(HTTP 404\)/,
  );
});

test.each([
  [['--prefix', 'p'], /--prefix cannot be used with --api-url/],
  [['--no-replace'], /--no-replace cannot be used with --api-url/],
  [['--tar-key', 'k'], /--tar-key cannot be used with --api-url/],
  [['--endpoint-url', 'http://x'], /--endpoint-url cannot be used with --api-url/],
])('%j does not go with it', async (args, words) => {
  const api = await objectStoreApi();
  const outcome = await upload(to(api, ...args), { input: await streamOf(vignettes(1)) });
  expectRefusal({ ...outcome, stdout: Buffer.alloc(0) }, 2, words);
});

test.each(['https://host/', 'host/upload/', 'https://me:hush@host/upload/', 'https://host/upload/?x'])(
  '--api-url %s is refused',
  async (url) => {
    const outcome = await upload(['--bucket', 'b', '--api-url', url], {
      input: await streamOf(vignettes(1)),
    });
    expectRefusal({ ...outcome, stdout: Buffer.alloc(0) }, 2, /--api-url/);
    expect(outcome.stderr).not.toContain('hush');
  },
);

test('a name that a form cannot carry is refused', async () => {
  const api = await objectStoreApi();
  const outcome = await upload(to(api), { input: await streamOf([file('a"b.tif')]) });
  expectRefusal({ ...outcome, stdout: Buffer.alloc(0) }, 3, /has a quote or a backslash/);
});
