/** fc-upload into S3, as the person at the shell sees it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { environment, run, shell } from '../support/programs.js';
import { expectRefusal } from '../support/refusals.js';
import { testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import {
  AWKWARD_NAMES,
  contentsOf,
  expectedContents,
  file,
  images,
  keysIn,
  md5,
  streamOf,
  upload,
  vignettes,
} from '../support/uploads.js';
import { workdir } from '../support/workdir.js';

const to = ['--bucket', 'bucket'];

describe('what is stored', () => {
  test('every image, byte for byte, below the prefix; a receipt for each, in the order of the stream', async () => {
    const endpoint = await testEndpoint();
    const files = vignettes(30);
    const { status, stderr, receipts } = await upload([...to, '--prefix', 'cruise/run'], {
      ...endpoint,
      input: await streamOf(files),
    });
    expect({ stderr, status }).toEqual({
      stderr: expect.stringMatching(/^fc-upload: 30 uploaded, /),
      status: 0,
    });
    expect(await contentsOf(endpoint.client)).toEqual(expectedContents(images(files), 'cruise/run/'));
    expect(receipts).toEqual(
      images(files).map(({ name, bytes }) => ({
        bucket: 'bucket',
        key: `cruise/run/${name}`,
        bytes: bytes.length,
        md5: md5(bytes),
        etag: md5(bytes),
        kind: 'vignette',
        status: 'uploaded',
        verified: 'etag',
      })),
    );
  });

  test('masks always, sidecars on request', async () => {
    const endpoint = await testEndpoint();
    const files = [
      file('a.json', '{"run": "a", "x": 1.0}\n'),
      file('a.png'),
      file('a.mask.png'),
      file('b.tif'),
    ];
    const input = await streamOf(files);
    expect((await upload(to, { ...endpoint, input })).receipts.map(({ key, kind }) => [key, kind])).toEqual([
      ['a.png', 'vignette'],
      ['a.mask.png', 'mask'],
      ['b.tif', 'vignette'],
    ]);
    const { receipts } = await upload([...to, '--sidecars'], { ...endpoint, input });
    expect(receipts.map(({ kind, status }) => [kind, status])).toContainEqual(['sidecar', 'uploaded']);
    expect((await contentsOf(endpoint.client)).get('a.json')!.toString()).toBe('{"run": "a", "x": 1.0}\n');
  });

  test('with the content type of its format', async () => {
    const endpoint = await testEndpoint();
    const names = ['a.tif', 'b.png', 'c.jpeg', 'd.JPG', 'd.json'];
    await upload([...to, '--sidecars'], {
      ...endpoint,
      input: await streamOf(names.map((name) => file(name, '{}'))),
    });
    const types = await Promise.all(
      names.map(
        async (Key) =>
          (await endpoint.client.send(new HeadObjectCommand({ Bucket: 'bucket', Key }))).ContentType,
      ),
    );
    expect(types).toEqual(['image/tiff', 'image/png', 'image/jpeg', 'image/jpeg', 'application/json']);
  });

  test('under names that need care in a URL, and nowhere else', async () => {
    const endpoint = await testEndpoint();
    const files = AWKWARD_NAMES.map((name) => file(`${name}.tif`));
    const first = await upload([...to, '--prefix', 'Tank 10+/é?#'], {
      ...endpoint,
      input: await streamOf(files),
    });
    expect(first).toMatchObject({ status: 0 });
    expect(await contentsOf(endpoint.client)).toEqual(expectedContents(files, 'Tank 10+/é?#/'));
    const second = await upload([...to, '--prefix', 'Tank 10+/é?#'], {
      ...endpoint,
      input: await streamOf(files),
    });
    expect(second.receipts.map(({ status }) => status)).toEqual(AWKWARD_NAMES.map(() => 'unchanged'));
  });

  test('not from a run folder: its collages are no vignettes', async () => {
    const [run, endpoint] = [await simulate({ particles: 5 }), await testEndpoint()];
    const outcome = await upload([...to, run], endpoint);
    expectRefusal({ ...outcome, stdout: Buffer.alloc(0) }, 3, /this is a run folder \(it holds .*\.lst\)/);
    expect((await contentsOf(endpoint.client)).size).toBe(0);
  });

  test.each(['deeper', 'more.tar'])(
    'not from a folder that holds %s: what lies in it would be missing',
    async (name) => {
      const cwd = workdir();
      mkdirSync(join(cwd, 'folder'));
      if (name.endsWith('.tar')) writeFileSync(join(cwd, 'folder', name), '');
      else mkdirSync(join(cwd, 'folder', name));
      const endpoint = await testEndpoint();
      const outcome = await upload([...to, 'folder'], { ...endpoint, cwd });
      expectRefusal(
        { ...outcome, stdout: Buffer.alloc(0) },
        3,
        /folder\/(deeper|more\.tar): this (folder|archive) lies within a folder that is to be stored/,
      );
    },
  );

  test('from images, folders and archives named on the command line', async () => {
    const endpoint = await testEndpoint();
    const cwd = workdir();
    mkdirSync(join(cwd, 'folder'));
    for (const name of ['folder/b.tif', 'folder/a.png', 'folder/a.mask.png', 'folder/a.json', 'c.jpg'])
      writeFileSync(join(cwd, name), name);
    writeFileSync(join(cwd, 'folder/._b.tif'), 'left by macOS');
    writeFileSync(join(cwd, 'folder/notes.txt'), 'no vignette');
    writeFileSync(join(cwd, 'd.tar'), await streamOf(vignettes(2)));
    const { status, stderr, receipts } = await upload([...to, 'folder', 'c.jpg', 'd.tar'], {
      ...endpoint,
      cwd,
    });
    expect(status).toBe(0);
    expect(stderr).toMatch(/folder: 1 entry is no vignette, and not stored\n/);
    expect(receipts.map(({ key }) => key)).toEqual([
      'a.mask.png',
      'a.png',
      'b.tif',
      'c.jpg',
      'run_0.tif',
      'run_1.tif',
    ]);
    expect((await contentsOf(endpoint.client)).get('b.tif')!.toString()).toBe('folder/b.tif');
  });

  test('from a whole pipe, as the help shows it', async () => {
    const endpoint = await testEndpoint();
    const folder = await simulate({ particles: 40 });
    const { status } = await shell(
      `fc-lst2csv '${folder}' --format ndjson | fc-decollage | fc-exif | fc-upload --bucket bucket --expect 40`,
      { env: environment(endpoint.env) },
    );
    expect(status).toBe(0);
    expect(await keysIn(endpoint.client)).toHaveLength(40);
  });
});

describe('once more', () => {
  test('sends nothing that is there, and says unchanged', async () => {
    const endpoint = await testEndpoint();
    const input = await streamOf(vignettes(50));
    await upload(to, { ...endpoint, input });
    endpoint.requests.length = 0;
    const { status, stderr, receipts } = await upload(to, { ...endpoint, input });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^fc-upload: 50 unchanged, /);
    expect(receipts[7]).toMatchObject({ status: 'unchanged', etag: receipts[7]!.md5, verified: 'etag' });
    expect(endpoint.requests.map(({ operation }) => operation)).toEqual(['ListObjectsV2']);
  });

  test('sends what is missing and what has changed, and names what it replaced', async () => {
    const endpoint = await testEndpoint();
    await upload(to, { ...endpoint, input: await streamOf(vignettes(5)) });
    const files = [...vignettes(3), file('run_3.tif', 'other pixels'), ...vignettes(2, { from: 4 })];
    const { status, receipts } = await upload(to, { ...endpoint, input: await streamOf(files) });
    expect(status).toBe(0);
    expect(receipts.map((receipt) => receipt.status)).toEqual([
      'unchanged',
      'unchanged',
      'unchanged',
      'replaced',
      'unchanged',
      'uploaded',
    ]);
    const before = images(vignettes(1, { from: 3 }))[0]!.bytes;
    expect(receipts[3]).toMatchObject({ key: 'run_3.tif', previous_etag: md5(before) });
    expect(await contentsOf(endpoint.client)).toEqual(expectedContents(images(files)));
  });

  test('--no-replace keeps what is there, fails for it, and stores the rest', async () => {
    const endpoint = await testEndpoint();
    await upload(to, { ...endpoint, input: await streamOf([file('a.tif', 'first')]) });
    const outcome = await upload([...to, '--no-replace', '--confirm', 'done.txt'], {
      ...endpoint,
      input: await streamOf([file('a.tif', 'second'), file('b.tif')]),
    });
    expect(outcome.status).toBe(4);
    expect(outcome.stderr).toMatch(
      /1 of 2 objects are not stored; the first is a\.tif: an object with other bytes/,
    );
    expect(outcome.receipts.map(({ status }) => status)).toEqual(['failed', 'uploaded']);
    expect((await contentsOf(endpoint.client)).get('a.tif')!.toString()).toBe('first');
  });

  test('compares by HEAD what was sent in parts, and what --verify head has stored', async () => {
    const endpoint = await testEndpoint();
    const input = await streamOf(vignettes(3));
    const first = await upload([...to, '--verify', 'head'], { ...endpoint, input });
    expect(first.receipts.map(({ verified }) => verified)).toEqual(['head', 'head', 'head']);
    const { Metadata } = await endpoint.client.send(
      new HeadObjectCommand({ Bucket: 'bucket', Key: 'run_0.tif' }),
    );
    expect(Metadata).toEqual({ md5: first.receipts[0]!.md5 });
    // A store whose ETags are no MD5s, as with KMS: here one that lists an ETag of parts.
    const { Upload } = await import('@aws-sdk/lib-storage');
    const large = Buffer.alloc(6 * 2 ** 20, 'x');
    await new Upload({
      client: endpoint.client,
      params: { Bucket: 'bucket', Key: 'run_9.tif', Body: large, Metadata: { md5: md5(large) } },
    }).done();
    const { receipts } = await upload(to, { ...endpoint, input: await streamOf([file('run_9.tif', large)]) });
    expect(receipts).toMatchObject([
      { status: 'unchanged', verified: 'head', etag: expect.stringMatching(/-2$/) },
    ]);
  });

  test('asks for each object where foreign ones outnumber the wanted', async () => {
    const endpoint = await testEndpoint();
    await upload(to, { ...endpoint, input: await streamOf(vignettes(2500)) });
    endpoint.requests.length = 0;
    const { receipts } = await upload(to, {
      ...endpoint,
      input: await streamOf(vignettes(5, { from: 2490 })),
    });
    expect(receipts.map(({ status }) => status)).toEqual(Array(5).fill('unchanged'));
    const count = (operation: string) =>
      endpoint.requests.filter((seen) => seen.operation === operation).length;
    expect({ pages: count('ListObjectsV2'), asked: count('HeadObject'), sent: count('PutObject') }).toEqual({
      pages: 1,
      asked: 5,
      sent: 0,
    });
  });
});

describe('the confirmation', () => {
  test('takes the place of an earlier one, and of no other file', async () => {
    const cwd = workdir();
    writeFileSync(join(cwd, 'v.tar'), 'the only copy');
    const { status, stderr } = await upload([...to, '--confirm', 'v.tar', 'v.tar'], { cwd });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/v\.tar is there already, and is no confirm/),
    ]);
    expect(readFileSync(join(cwd, 'v.tar'), 'utf8')).toBe('the only copy');
  });

  test('says what was stored where, and how much was left out', async () => {
    const endpoint = await testEndpoint();
    const cwd = workdir();
    const args = [
      ...to,
      '--prefix',
      'cruise',
      '--confirm',
      'done.txt',
      '--skipped-before',
      '3',
      '--expect',
      '4',
    ];
    await upload(args, {
      ...endpoint,
      cwd,
      input: await streamOf([...vignettes(4), file('run_3.mask.png')]),
    });
    const text = readFileSync(join(cwd, 'done.txt'), 'utf8');
    const said = Object.fromEntries(
      text
        .trimEnd()
        .split('\n')
        .map((line) => line.split(': ')),
    );
    expect(said).toMatchObject({
      status: 'complete',
      bucket: 'bucket',
      prefix: 'cruise/',
      endpoint: endpoint.url,
      objects: '5',
      vignettes: '4',
      masks: '1',
      uploaded: '5',
      replaced: '0',
      skipped: '3',
      verified: 'etag',
    });
    expect(said.toolkit).toMatch(/^flowcam-toolkit \d/);
  });

  test.each([
    ['a stream cut between entries', (whole: Buffer) => whole.subarray(0, 4 * 1024)],
    ['a stream cut inside an entry', (whole: Buffer) => whole.subarray(0, 5 * 1024 + 300)],
    ['a stream without its end blocks', (whole: Buffer) => whole.subarray(0, whole.length - 1024)],
    ['no stream at all', () => Buffer.alloc(0)],
  ])('is not written, and an earlier one is gone, after %s', async (_, cut) => {
    const endpoint = await testEndpoint();
    const cwd = workdir();
    writeFileSync(join(cwd, 'done.txt'), 'status: complete\nbucket: of yesterday\n');
    const input = cut(await streamOf(vignettes(20)));
    const { status } = await upload([...to, '--confirm', 'done.txt'], { ...endpoint, cwd, input });
    expect(status).toBe(3);
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
  });

  test('is not written where another number came in than --expect says', async () => {
    const endpoint = await testEndpoint();
    const cwd = workdir();
    const input = await streamOf(vignettes(4));
    const outcome = await upload([...to, '--confirm', 'done.txt', '--expect', '5'], {
      ...endpoint,
      cwd,
      input,
    });
    expect(outcome.status).toBe(3);
    expect(outcome.stderr).toMatch(/4 vignettes where --expect says 5/);
    expect(existsSync(join(cwd, 'done.txt'))).toBe(false);
  });

  test('that cannot be written is an error before anything is sent', async () => {
    const endpoint = await testEndpoint();
    const input = await streamOf(vignettes(4));
    const outcome = await upload([...to, '--confirm', 'no/such/folder/done.txt'], { ...endpoint, input });
    expectRefusal({ ...outcome, stdout: Buffer.alloc(0) }, 3, /no\/such\/folder\/done\.txt: cannot write/);
    expect(endpoint.requests).toEqual([]);
  });

  test('counts what --on-error skip left out', async () => {
    const endpoint = await testEndpoint();
    const cwd = workdir();
    const input = await streamOf([file(`${'x'.repeat(150)}.tif`), file('b.tif')]);
    const outcome = await upload(
      [
        ...to,
        '--prefix',
        'p'.repeat(900),
        '--confirm',
        'done.txt',
        '--on-error',
        'skip',
        '--skipped',
        'left.ndjson',
      ],
      { ...endpoint, cwd, input },
    );
    expect(outcome.status).toBe(1);
    expect(readFileSync(join(cwd, 'done.txt'), 'utf8')).toMatch(/^objects: 1$/m);
    expect(readFileSync(join(cwd, 'done.txt'), 'utf8')).toMatch(/^skipped: 1$/m);
    expect(JSON.parse(readFileSync(join(cwd, 'left.ndjson'), 'utf8'))).toMatchObject({
      reason: 'this key has 1055 bytes, and a store takes 1024',
    });
  });
});

describe('refused before anything is sent', () => {
  test.each([
    [['--prefix', '../elsewhere'], 2, /--prefix has an empty, "\." or "\.\." part/],
    [['--prefix', '/x'], 2, /--prefix has an empty/],
    [['--prefix', 'a\nb'], 2, /--prefix has a control character/],
    [['--bucket', '..'], 2, /--bucket must be/],
    [['--bucket', 'a/b'], 2, /--bucket must be/],
    [['--endpoint-url', 'store.example.org'], 2, /the endpoint is no URL/],
    [['--endpoint-url', 'ftp://store.example.org'], 2, /neither https:\/\/ nor http:\/\//],
    [['--part-size', '16MiB'], 2, /--part-size is for --tar-key/],
    [['--tar-key', 'k', '--part-size', '1MiB'], 2, /--part-size must be from/],
    [['--replace'], 2, /--replace is for --api-url/],
    [['--jobs', '0'], 2, /--jobs must be from 1/],
    [['--confirm', 'x', '--dry-run'], 2, /--dry-run stores nothing/],
    [['--env-file', 'missing.env'], 3, /missing\.env: cannot read the settings: no such file/],
    [['--ca-file', 'missing.pem'], 3, /missing\.pem: cannot take|cannot read the certificates: no such file/],
    [['missing.tif'], 3, /missing\.tif: cannot be read: no such file/],
    [['--no-verify-ssl'], 2, /no option --no-verify-ssl/],
    [['--insecure'], 2, /no option --insecure/],
  ])('%j: status %i', async (args, status, words) => {
    const endpoint = await testEndpoint();
    const bucket = args.includes('--bucket') ? [] : to;
    const outcome = await upload([...bucket, ...args], { ...endpoint, input: await streamOf(vignettes(1)) });
    expectRefusal({ ...outcome, stdout: Buffer.alloc(0) }, status, words);
    expect(endpoint.requests).toEqual([]);
  });

  test('no bucket', async () => {
    expectRefusal({ ...(await upload([])), stdout: Buffer.alloc(0) }, 2, /--bucket is needed/);
  });

  test.each([
    [
      'a name that comes twice',
      [file('a.tif'), file('b.tif'), file('a.tif')],
      /a\.tif.*two vignettes have this name|a: two/,
    ],
    ['a name that leads elsewhere', [file('../a.tif')], /leads out of its folder/],
    ['an absolute name', [file('/etc/a.tif')], /absolute path/],
    ['an entry that is no part of a vignette', [file('a.txt')], /neither an image/],
    ['a sidecar without an image', [file('a.json', '{}')], /no image beside/],
  ])('%s', async (_, files, words) => {
    const endpoint = await testEndpoint();
    const outcome = await upload(to, { ...endpoint, input: await streamOf(files) });
    expectRefusal({ ...outcome, stdout: Buffer.alloc(0) }, 3, words);
    expect(await keysIn(endpoint.client)).toEqual([]);
  });

  test('one name in two archives', async () => {
    const endpoint = await testEndpoint();
    const cwd = workdir();
    for (const name of ['a.tar', 'b.tar']) writeFileSync(join(cwd, name), await streamOf(vignettes(1)));
    const outcome = await upload([...to, 'a.tar', 'b.tar'], { ...endpoint, cwd });
    expectRefusal({ ...outcome, stdout: Buffer.alloc(0) }, 3, /b\.tar:run_0\.tif: this key comes twice/);
  });
});

describe('--dry-run', () => {
  test('reads everything, needs no keys, contacts nothing, and names the keys with --verbose', async () => {
    const endpoint = await testEndpoint();
    const { status, stderr, stdout } = await upload([...to, '--dry-run', '--verbose', '--prefix', 'p'], {
      env: { AWS_ENDPOINT_URL_S3: endpoint.url },
      input: await streamOf(vignettes(3)),
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/p\/run_2\.tif: \d+ bytes/);
    expect(stderr).toMatch(/3 vignettes, .*: all well, nothing sent/);
    expect(endpoint.requests).toEqual([]);
  });

  test('finds a cut stream', async () => {
    const input = (await streamOf(vignettes(3))).subarray(0, 2048);
    for (const more of [[], ['--tar-key', 'k']])
      expect(await upload([...to, '--dry-run', ...more], { input })).toMatchObject({ status: 3 });
  });
});

test('an archive without vignettes is an error unless --allow-empty', async () => {
  const endpoint = await testEndpoint();
  const input = await streamOf([]);
  expect(await upload(to, { ...endpoint, input })).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/there are no vignettes/),
  });
  expect(await upload([...to, '--allow-empty'], { ...endpoint, input })).toMatchObject({ status: 0 });
});

test('finishes what it began when the reader of its receipts leaves', async () => {
  const endpoint = await testEndpoint();
  const cwd = workdir();
  writeFileSync(join(cwd, 'v.tar'), await streamOf(vignettes(1200)));
  const { status, stdout } = await run(
    'bash',
    ['-c', 'set -o pipefail; fc-upload --bucket bucket --confirm done.txt v.tar | head -n 1'],
    { cwd, env: environment(endpoint.env) },
  );
  expect({ status, lines: stdout.toString().split('\n').length - 1 }).toEqual({ status: 0, lines: 1 });
  expect(await keysIn(endpoint.client)).toHaveLength(1200);
  expect(existsSync(join(cwd, 'done.txt'))).toBe(true);
});
