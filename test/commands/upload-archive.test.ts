/** fc-upload --tar-key: the whole stream as one object, sent in parts. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/s3-endpoint/faults.js';
import type { OperationName } from '../../src/s3-endpoint/route.js';
import { environment } from '../support/programs.js';
import { testEndpoint } from '../support/s3.js';
import { contentsOf, file, keysIn, md5, streamOf, upload, vignettes } from '../support/uploads.js';
import { workdir } from '../support/workdir.js';

const MEBIBYTE = 2 ** 20;
const to = ['--bucket', 'bucket', '--tar-key', 'runs/run.tar', '--part-size', '5MiB'];

/** A stream of about so many MiB. */
const streamOfSize = (mebibytes: number) =>
  streamOf(Array.from({ length: mebibytes }, (_, at) => file(`run_${at}.tif`, Buffer.alloc(MEBIBYTE, at))));

const unfinished = async (client: S3Client): Promise<string[]> =>
  ((await client.send(new ListMultipartUploadsCommand({ Bucket: 'bucket' }))).Uploads ?? []).map(
    ({ Key }) => Key!,
  );

test.each([
  ['one part', 1, /^[0-9a-f]{32}$/],
  ['several parts', 12, /^[0-9a-f]{32}-3$/],
])('an archive of %s is stored byte for byte, with one receipt', async (_, mebibytes, etag) => {
  const endpoint = await testEndpoint();
  const input = await streamOfSize(mebibytes);
  const { status, stderr, receipts } = await upload([...to, '--confirm', 'done.txt'], { ...endpoint, input });
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringMatching(/^fc-upload: 1 uploaded, .*\n$/),
  });
  expect(receipts).toEqual([
    {
      bucket: 'bucket',
      key: 'runs/run.tar',
      bytes: input.length,
      md5: md5(input),
      etag: expect.stringMatching(etag),
      kind: 'archive',
      status: 'uploaded',
      verified: 'etag',
    },
  ]);
  expect((await contentsOf(endpoint.client)).get('runs/run.tar')!.equals(input)).toBe(true);
  const head = await endpoint.client.send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'runs/run.tar' }));
  expect(head.ContentType).toBe('application/x-tar');
});

test('an archive of exactly two parts has an ETag of two', async () => {
  const endpoint = await testEndpoint();
  // Header, body, padding, and the two blocks at the end: ten MiB together.
  const input = await streamOf([file('a.tif', Buffer.alloc(10 * MEBIBYTE - 3 * 512, 'x'))]);
  expect(input.length).toBe(10 * MEBIBYTE);
  const { status, receipts } = await upload(to, { ...endpoint, input });
  expect(status).toBe(0);
  expect(receipts[0]!.etag).toMatch(/-2$/);
});

test('once more: says unchanged or replaced; --no-replace keeps what is there', async () => {
  const endpoint = await testEndpoint();
  const [first, second] = [await streamOfSize(1), await streamOfSize(2)];
  const status = async (input: Buffer, ...more: string[]) => {
    const outcome = await upload([...to, ...more], { ...endpoint, input });
    return outcome.receipts[0]?.status ?? outcome.status;
  };
  expect(await status(first)).toBe('uploaded');
  expect(await status(first)).toBe('unchanged');
  expect(await status(second, '--no-replace')).toBe(4);
  expect(await status(second)).toBe('replaced');
});

test('from a file, below the prefix, with --expect for its vignettes', async () => {
  const endpoint = await testEndpoint();
  const cwd = workdir();
  writeFileSync(join(cwd, 'v.tar'), await streamOf(vignettes(7)));
  const args = [...to, '--prefix', 'cruise', '--confirm', 'done.txt', 'v.tar'];
  expect(await upload([...args, '--expect', '7'], { ...endpoint, cwd })).toMatchObject({ status: 0 });
  expect(await keysIn(endpoint.client)).toEqual(['cruise/runs/run.tar']);
  expect(existsSync(join(cwd, 'done.txt'))).toBe(true);
});

test.each([
  ['another number of vignettes than --expect says', ['--expect', '8'], 7],
  ['no vignettes at all', [], 0],
])('%s does not touch the archive that is there', async (_, args, count) => {
  const endpoint = await testEndpoint();
  const cwd = workdir();
  await upload(to, { ...endpoint, input: await streamOf(vignettes(8)) });
  const input = await streamOf(vignettes(count));
  const outcome = await upload([...to, ...args, '--confirm', 'done.txt'], { ...endpoint, cwd, input });
  expect(outcome).toMatchObject({ status: 3, receipts: [] });
  expect((await contentsOf(endpoint.client)).get('runs/run.tar')).toEqual(await streamOf(vignettes(8)));
  expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
});

describe('nothing stays behind', () => {
  test.each([
    ['before the first part', 2 * MEBIBYTE],
    ['after some parts', 11 * MEBIBYTE + 100],
    ['before the end blocks', 12 * MEBIBYTE + 12 * 512],
  ])('where the stream is cut %s', async (_, length) => {
    const endpoint = await testEndpoint();
    const input = (await streamOfSize(12)).subarray(0, length);
    const { status, stderr } = await upload([...to, '--confirm', 'done.txt'], { ...endpoint, input });
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringMatching(/^fc-upload: stdin.*cut short.*\n$/),
    });
    expect(await unfinished(endpoint.client)).toEqual([]);
    expect(await keysIn(endpoint.client)).toEqual([]);
  });

  test.each<[Fault, OperationName, RegExp]>([
    ['AccessDenied', 'CreateMultipartUpload', /denies access/],
    ['AccessDenied', 'UploadPart', /denies access/],
    ['stall', 'CreateMultipartUpload', /no answer within/],
    ['InternalError', 'CompleteMultipartUpload', /failed inside/],
    ['error-in-200', 'CompleteMultipartUpload', /failed inside/],
    ['store-nothing', 'CompleteMultipartUpload', /the store has 0 bytes where/],
  ])('where the store answers %s to %s', async (fault, operation, words) => {
    const endpoint = await testEndpoint();
    endpoint.faults.inject({ fault, operation, emptyMessage: true });
    const timeout = fault === 'stall' ? '0.5' : '60';
    const outcome = await upload([...to, '--retries', '1', '--timeout', timeout, '--confirm', 'done.txt'], {
      ...endpoint,
      input: await streamOfSize(12),
    });
    expect(outcome).toMatchObject({ status: 4, receipts: [], stderr: expect.stringMatching(words) });
    expect(await unfinished(endpoint.client)).toEqual([]);
    expect(await keysIn(endpoint.client)).toEqual([]);
  });

  test('on a signal', async () => {
    const endpoint = await testEndpoint();
    const child = execa('fc-upload', to, {
      env: environment(endpoint.env),
      extendEnv: false,
      cwd: workdir(),
      reject: false,
      stdin: 'pipe',
    });
    child.stdin.on('error', () => {});
    child.stdin.write((await streamOfSize(12)).subarray(0, 11 * MEBIBYTE));
    const sent = () => endpoint.requests.some(({ operation }) => operation === 'UploadPart');
    while (!sent()) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGTERM');
    expect(await child).toMatchObject({
      exitCode: 143,
      stderr: expect.stringMatching(/interrupted by SIGTERM$/),
    });
    expect(await unfinished(endpoint.client)).toEqual([]);
    expect(await keysIn(endpoint.client)).toEqual([]);
  });
});

test.each<[Fault, OperationName]>([
  ['SlowDown', 'UploadPart'],
  ['reset-after-storing', 'UploadPart'],
  ['hang-up', 'UploadPart'],
  ['error-in-200', 'CompleteMultipartUpload'],
  ['reset-after-storing', 'CompleteMultipartUpload'],
])('%s to %s is tried again', async (fault, operation) => {
  const endpoint = await testEndpoint();
  endpoint.faults.inject({ fault, operation, first: 1 });
  const input = await streamOfSize(12);
  expect(await upload(to, { ...endpoint, input })).toMatchObject({ status: 0 });
  expect((await contentsOf(endpoint.client)).get('runs/run.tar')!.equals(input)).toBe(true);
});

test('unfinished uploads of the same key are named, and aborted with --abort-stale; others are left alone', async () => {
  const endpoint = await testEndpoint();
  for (const Key of ['runs/run.tar', 'runs/run.tar.old'])
    await endpoint.client.send(new CreateMultipartUploadCommand({ Bucket: 'bucket', Key }));
  const input = await streamOfSize(1);
  const first = await upload(to, { ...endpoint, input });
  expect(first.stderr).toMatch(
    /runs\/run\.tar: there is an unfinished upload, begun .*; --abort-stale removes it/,
  );
  expect(await unfinished(endpoint.client)).toEqual(['runs/run.tar', 'runs/run.tar.old']);
  const second = await upload([...to, '--abort-stale'], { ...endpoint, input });
  expect(second.stderr).toMatch(/runs\/run\.tar: aborted an unfinished upload/);
  expect(await unfinished(endpoint.client)).toEqual(['runs/run.tar.old']);
});

test('says nothing of Node versions, and takes --request-checksum', async () => {
  const endpoint = await testEndpoint();
  for (const when of ['when-required', 'when-supported']) {
    const { status, stderr } = await upload([...to, '--request-checksum', when], {
      ...endpoint,
      input: await streamOfSize(12),
    });
    expect({ status, lines: stderr.match(/\n/g)!.length, stderr }).toMatchObject({ status: 0, lines: 1 });
  }
});
