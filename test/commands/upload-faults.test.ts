/** fc-upload where the store misbehaves: what passes is tried again, what does not is said, nothing is made up. */

import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/s3-endpoint/faults.js';
import { deafServer } from '../support/fronts.js';
import { environment } from '../support/programs.js';
import { testEndpoint } from '../support/s3.js';
import {
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

const to = ['--bucket', 'bucket'];

describe('what passes', () => {
  test.each<[Fault, string?]>([
    ['InternalError'],
    ['SlowDown'],
    ['ServiceUnavailable'],
    ['BadDigest'],
    ['reset-before-storing'],
    ['reset-after-storing'],
    ['hang-up'],
    ['error-in-200'],
    ['stall', '1'],
  ])('%s is tried again, until all is there', async (fault, timeout = '60') => {
    const endpoint = await testEndpoint();
    endpoint.faults.inject({ fault, operation: 'PutObject', every: 3, first: 4, emptyMessage: true });
    const files = vignettes(20);
    const { status, stderr, receipts } = await upload(
      [...to, '--timeout', timeout, '--confirm', 'done.txt'],
      {
        ...endpoint,
        input: await streamOf(files),
      },
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/; trying again in .* up to 8 times\n/),
    });
    expect(receipts.map((receipt) => receipt.status)).toEqual(Array(20).fill('uploaded'));
    expect(await contentsOf(endpoint.client)).toEqual(expectedContents(images(files)));
  });

  test('also while looking at what is there, before and after', async () => {
    const endpoint = await testEndpoint();
    endpoint.faults.inject({ fault: 'SlowDown', operation: 'ListObjectsV2', every: 2 });
    endpoint.faults.inject({ fault: 'reset-before-storing', operation: 'HeadObject', every: 2 });
    for (const status of ['uploaded', 'unchanged']) {
      const { receipts } = await upload(to, { ...endpoint, input: await streamOf(vignettes(5)) });
      expect(receipts.map((receipt) => receipt.status)).toEqual(Array(5).fill(status));
    }
  });
});

describe('what does not pass', () => {
  test.each<[Fault, RegExp]>([
    ['AccessDenied', /bucket bucket at http:\S+: the store denies access \(AccessDenied\)/],
    ['NoSuchBucket', /there is no such bucket \(NoSuchBucket\)/],
    ['RequestTimeTooSkewed', /clock/],
  ])('%s ends the upload at once, with one line, though the message is empty', async (fault, words) => {
    const endpoint = await testEndpoint();
    endpoint.faults.inject({ fault, operation: 'PutObject', emptyMessage: true });
    const cwd = workdir();
    const outcome = await upload([...to, '--confirm', 'done.txt'], {
      ...endpoint,
      cwd,
      input: await streamOf(vignettes(600)),
    });
    expect(outcome).toMatchObject({ status: 4, receipts: [] });
    expect(outcome.stderr).toMatch(words);
    expect(outcome.stderr.match(/\n/g)).toHaveLength(1);
    expect(endpoint.requests.filter(({ operation }) => operation === 'PutObject').length).toBeLessThan(40);
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
  });

  test('what was stored before the end has its receipt, and the next upload sends the rest', async () => {
    const endpoint = await testEndpoint();
    const files = vignettes(60);
    const input = await streamOf(files);
    endpoint.faults.inject({ fault: 'AccessDenied', operation: 'PutObject', key: /run_40/ });
    const first = await upload([...to, '--jobs', '4'], { ...endpoint, input });
    expect(first.status).toBe(4);
    expect(first.receipts.map(({ key }) => key).sort()).toEqual(await keysIn(endpoint.client));
    expect(first.receipts.length).toBeGreaterThanOrEqual(40);
    endpoint.faults.clear();
    const { status, receipts } = await upload(to, { ...endpoint, input });
    expect(status).toBe(0);
    expect(receipts.filter((receipt) => receipt.status === 'unchanged')).toHaveLength(first.receipts.length);
    expect(await contentsOf(endpoint.client)).toEqual(expectedContents(images(files)));
  });

  test('an object that the store never takes is a failed one; the others are stored; nothing is confirmed', async () => {
    const endpoint = await testEndpoint();
    const cwd = workdir();
    endpoint.faults.inject({ fault: 'InternalError', operation: 'PutObject', key: /run_7\.tif/ });
    const outcome = await upload([...to, '--retries', '1', '--confirm', 'done.txt'], {
      ...endpoint,
      cwd,
      input: await streamOf(vignettes(20)),
    });
    expect(outcome.status).toBe(4);
    expect(outcome.stderr).toMatch(
      /1 of 20 objects are not stored; the first is run_7\.tif: the store failed inside \(InternalError\)/,
    );
    expect(outcome.receipts[7]).toMatchObject({ key: 'run_7.tif', status: 'failed' });
    expect(outcome.receipts.filter(({ status }) => status === 'uploaded')).toHaveLength(19);
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
  });

  test.each<[Fault, RegExp]>([
    ['store-nothing', /the store acknowledged it and does not have it/],
    ['wrong-etag', /which is not the MD5 .*--verify head/],
  ])('%s is found out', async (fault, words) => {
    const endpoint = await testEndpoint();
    const cwd = workdir();
    endpoint.faults.inject({ fault, operation: 'PutObject', key: /run_3\.tif/ });
    for (const verify of fault === 'store-nothing' ? ['etag', 'head'] : ['etag']) {
      const outcome = await upload([...to, '--verify', verify, '--confirm', 'done.txt'], {
        ...endpoint,
        cwd,
        input: await streamOf(vignettes(10)),
      });
      expect(outcome.status).toBe(4);
      expect(outcome.receipts[3]).toMatchObject({ key: 'run_3.tif', status: 'failed' });
      if (verify === 'etag') expect(outcome.receipts[3]!.error).toMatch(words);
      expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
    }
  });

  test('--verify head makes do with a store whose ETags are no MD5s', async () => {
    const endpoint = await testEndpoint();
    endpoint.faults.inject({ fault: 'wrong-etag', operation: 'PutObject' });
    const input = await streamOf(vignettes(3));
    const { status, receipts } = await upload([...to, '--verify', 'head'], { ...endpoint, input });
    expect(status).toBe(0);
    expect(receipts.map(({ verified }) => verified)).toEqual(['head', 'head', 'head']);
  });

  test('a store that fails for every object ends the upload long before its end', async () => {
    const endpoint = await testEndpoint();
    endpoint.faults.inject({ fault: 'ServiceUnavailable', operation: 'PutObject' });
    const outcome = await upload([...to, '--retries', '0'], {
      ...endpoint,
      input: await streamOf(vignettes(500)),
    });
    expect(outcome.status).toBe(4);
    expect(outcome.stderr).toMatch(
      /^fc-upload: bucket bucket at http:\S+: the store is not available \(ServiceUnavailable\) \(the same command again sends what is missing\)\n$/,
    );
    expect(endpoint.requests.filter(({ operation }) => operation === 'PutObject').length).toBeLessThan(60);
  });

  test('a store that fails for all that are under way is two lines of words, and none of Node', async () => {
    const endpoint = await testEndpoint();
    endpoint.faults.inject({ fault: 'ServiceUnavailable', operation: 'PutObject' });
    const { stderr } = await upload([...to, '--retries', '2', '--jobs', '32'], {
      ...endpoint,
      input: await streamOf(vignettes(100)),
    });
    expect(stderr).toMatch(/^fc-upload: .*; trying again in .*\nfc-upload: bucket .*\n$/);
  });

  test('a store that never answers ends it, too', async () => {
    const endpoint = await testEndpoint();
    endpoint.faults.inject({ fault: 'stall' });
    const outcome = await upload([...to, '--timeout', '0.5', '--retries', '1'], {
      ...endpoint,
      input: await streamOf(vignettes(3)),
    });
    expect(outcome).toMatchObject({
      status: 4,
      stderr: expect.stringMatching(/no answer within 1 s \(timeout\)/),
    });
  });

  test('so does one that takes no bytes', async () => {
    const url = await deafServer();
    const outcome = await upload([...to, '--timeout', '0.5', '--retries', '0'], {
      env: {
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 's',
        AWS_ENDPOINT_URL: url,
      },
      input: await streamOf([file('a.tif', Buffer.alloc(2 ** 20))]),
    });
    expect(outcome).toMatchObject({ status: 4, stderr: expect.stringMatching(/no answer within/) });
  });
});

describe('without the right to list', () => {
  test('asks for each object instead', async () => {
    const endpoint = await testEndpoint();
    endpoint.faults.inject({ fault: 'AccessDenied', operation: 'ListObjectsV2' });
    for (const status of ['uploaded', 'unchanged']) {
      const outcome = await upload(to, { ...endpoint, input: await streamOf(vignettes(5)) });
      expect(outcome).toMatchObject({ status: 0, stderr: expect.stringMatching(/may not list the bucket/) });
      expect(outcome.receipts.map((receipt) => receipt.status)).toEqual(Array(5).fill(status));
    }
  });

  test('and without the right to ask, trusts the acknowledgement; --no-replace then stores nothing', async () => {
    const endpoint = await testEndpoint();
    for (const operation of ['ListObjectsV2', 'HeadObject'] as const)
      endpoint.faults.inject({ fault: 'AccessDenied', operation });
    const input = await streamOf(vignettes(5));
    const careful = await upload([...to, '--no-replace'], { ...endpoint, input });
    expect(careful.status).toBe(4);
    expect(endpoint.requests.filter(({ operation }) => operation === 'PutObject')).toEqual([]);
    const bold = await upload(to, { ...endpoint, input });
    expect(bold).toMatchObject({ status: 0 });
    expect(bold.receipts.map(({ status }) => status)).toEqual(Array(5).fill('uploaded'));
  });
});

describe.each(['SIGINT', 'SIGTERM'] as const)('on %s', (signal) => {
  test('finishes what is under way, writes its receipts, says what is missing', async () => {
    const endpoint = await testEndpoint();
    const cwd = workdir();
    const files = vignettes(800);
    writeFileSync(join(cwd, 'v.tar'), await streamOf(files));
    const child = execa('fc-upload', [...to, '--confirm', 'done.txt', 'v.tar'], {
      env: environment({ ...endpoint.env, HOME: cwd }),
      extendEnv: false,
      cwd,
      reject: false,
      stripFinalNewline: false,
      encoding: 'buffer',
    });
    const enough = () => endpoint.requests.filter(({ operation }) => operation === 'PutObject').length > 60;
    while (!enough()) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill(signal);
    const { exitCode, stdout, stderr } = await child;
    const words = Buffer.from(stderr).toString();
    expect({ exitCode, words }).toEqual({
      exitCode: signal === 'SIGINT' ? 130 : 143,
      words: expect.stringMatching(
        new RegExp(
          `^fc-upload: \\d+ uploaded; \\d+ objects that had come in are not stored, and what had not come in is not; .*\\nfc-upload: interrupted by ${signal}\\n$`,
        ),
      ),
    });
    const stored = await keysIn(endpoint.client);
    expect(
      receiptsIn(Buffer.from(stdout))
        .map(({ key }) => key)
        .sort(),
    ).toEqual(stored);
    expect(stored.length).toBeLessThan(800);
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
    const again = await upload([...to, '--confirm', 'done.txt', 'v.tar'], { ...endpoint, cwd });
    expect(again.status).toBe(0);
    expect(await contentsOf(endpoint.client)).toEqual(expectedContents(images(files)));
  });

  test('ends also where nothing comes in', async () => {
    const endpoint = await testEndpoint();
    const child = execa('fc-upload', [...to, '--verbose'], {
      env: environment(endpoint.env),
      extendEnv: false,
      cwd: workdir(),
      reject: false,
      stdin: 'pipe',
    });
    child.stdin.write((await streamOf(vignettes(3))).subarray(0, 2000));
    // Its first words are said when it is ready to read.
    await once(child.stderr, 'data');
    child.kill(signal);
    expect((await child).exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
  });
});

describe('two uploads at once below one prefix', () => {
  const both = async (streams: [Buffer, Buffer], options: string[] = []) => {
    const endpoint = await testEndpoint();
    const outcomes = await Promise.all(
      streams.map(async (input) => {
        const cwd = workdir();
        const args = [...to, '--prefix', 'cruise', '--confirm', 'done.txt', ...options];
        return { ...(await upload(args, { ...endpoint, cwd, input })), done: join(cwd, 'done.txt') };
      }),
    );
    return { endpoint, outcomes };
  };

  test('of the same: both confirm, and the objects are right', async () => {
    const files = vignettes(200);
    const input = await streamOf(files);
    const { endpoint, outcomes } = await both([input, input]);
    expect(outcomes.map(({ status }) => status)).toEqual([0, 0]);
    expect(await contentsOf(endpoint.client)).toEqual(expectedContents(images(files), 'cruise/'));
  });

  test('of parts that overlap: each confirms its own, and all is there', async () => {
    const parts = [vignettes(150), vignettes(150, { from: 100 })] as const;
    const { endpoint, outcomes } = await both([await streamOf(parts[0]), await streamOf(parts[1])]);
    expect(outcomes.map(({ status }) => status)).toEqual([0, 0]);
    for (const { done } of outcomes) expect(readFileSync(done, 'utf8')).toContain('objects: 150\n');
    const all = [...vignettes(100), ...parts[1]];
    expect(await contentsOf(endpoint.client)).toEqual(expectedContents(images(all), 'cruise/'));
  });

  test("of other bytes under the same names: none is mixed, and who finds the other's bytes does not confirm", async () => {
    const [one, other] = ['one', 'other'].map((text) =>
      Array.from({ length: 100 }, (_, at) => file(`run_${at}.tif`, `${text} ${at}`.repeat(40))),
    ) as [TestFile[], TestFile[]];
    const { endpoint, outcomes } = await both([await streamOf(one), await streamOf(other)]);
    const known = new Set([...one, ...other].map(({ bytes }) => bytes.toString()));
    const stored = await contentsOf(endpoint.client);
    expect(stored.size).toBe(100);
    for (const bytes of stored.values()) expect(known.has(bytes.toString())).toBe(true);
    for (const { status, done } of outcomes) {
      expect([0, 4]).toContain(status);
      expect(existsSync(done)).toBe(status === 0);
    }
  });
});
