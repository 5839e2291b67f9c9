/** Where fc-upload takes keys and endpoint from, and that it tells nobody. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { accessKey, secretKey, testEndpoint } from '../support/s3.js';
import { streamOf, upload, vignettes } from '../support/uploads.js';
import { workdir } from '../support/workdir.js';

const to = ['--bucket', 'bucket'];
const oneStream = () => streamOf(vignettes(1));

/** A working folder with a file that only its owner can read. */
function folderWith(name: string, lines: string[]): string {
  const cwd = workdir();
  mkdirSync(join(cwd, name, '..'), { recursive: true });
  writeFileSync(join(cwd, name), `${lines.join('\n')}\n`, { mode: 0o600 });
  return cwd;
}

const keys = [`AWS_ACCESS_KEY_ID=${accessKey}`, `AWS_SECRET_ACCESS_KEY=${secretKey}`];

describe('.env', () => {
  test('of the working folder has keys and endpoint, in the syntax of dotenv', async () => {
    const endpoint = await testEndpoint();
    const cwd = folderWith('.env', [
      '# JASMIN',
      `export AWS_ACCESS_KEY_ID = '${accessKey}'`,
      `AWS_SECRET_ACCESS_KEY="${secretKey}" # secret`,
      `AWS_URL_ENDPOINT=${endpoint.url} # here`,
    ]);
    const { status, stderr } = await upload([...to, '--verbose'], { cwd, input: await oneStream() });
    expect(status).toBe(0);
    expect(stderr).toContain(`${endpoint.url}: endpoint from AWS_URL_ENDPOINT in .env`);
    expect(stderr).toContain('credentials from .env');
    expect(stderr).not.toContain('chmod');
  });

  test('never overrides a variable that is set', async () => {
    const endpoint = await testEndpoint();
    const cwd = folderWith('.env', [
      'AWS_ACCESS_KEY_ID=other',
      'AWS_SECRET_ACCESS_KEY=other',
      'AWS_ENDPOINT_URL_S3=http://127.0.0.1:1',
      'AWS_SESSION_TOKEN=other',
    ]);
    expect(await upload(to, { ...endpoint, cwd, input: await oneStream() })).toMatchObject({ status: 0 });
  });

  test('and the environment are never mixed: a token of one is not used with the keys of the other', async () => {
    const endpoint = await testEndpoint();
    const cwd = folderWith('.env', [...keys, `AWS_ENDPOINT_URL=${endpoint.url}`]);
    const env = { AWS_SESSION_TOKEN: 'of another session' };
    expect(await upload(to, { cwd, env, input: await oneStream() })).toMatchObject({ status: 0 });
  });

  test.each([
    ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'],
  ])('does not complete an environment that has %s alone', async (has, lacks) => {
    const endpoint = await testEndpoint();
    const cwd = folderWith('.env', keys);
    const env = { AWS_ENDPOINT_URL: endpoint.url, [has]: 'something' };
    const { status, stderr } = await upload(to, { cwd, env, input: await oneStream() });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining(`the environment has ${has} without ${lacks}`),
    });
    expect(stderr).not.toContain('something');
    expect(endpoint.requests).toEqual([]);
  });

  test.each([
    ['644', true],
    ['640', true],
    ['600', false],
  ])('with the mode %s is warned about: %s', async (mode, warned) => {
    const endpoint = await testEndpoint();
    const cwd = folderWith('.env', [...keys, `AWS_URL_ENDPOINT=${endpoint.url}`]);
    chmodSync(join(cwd, '.env'), Number.parseInt(mode, 8));
    const { status, stderr } = await upload(to, { cwd, input: await oneStream() });
    expect(status).toBe(0);
    expect(stderr.includes('.env holds a secret and can be read by others: chmod 600 .env')).toBe(warned);
  });

  test('with a key as it stands in an example, or with spaces, is refused without a word of it', async () => {
    const endpoint = await testEndpoint();
    for (const secret of ['…', 'two words'] as const) {
      const cwd = folderWith('.env', [
        keys[0]!,
        `AWS_SECRET_ACCESS_KEY="${secret}"`,
        `AWS_URL_ENDPOINT=${endpoint.url}`,
      ]);
      const { status, stderr } = await upload([...to], { cwd, input: await oneStream() });
      expect(status).toBe(2);
      expect(stderr).toContain('.env: the AWS_SECRET_ACCESS_KEY has a character that no key has');
      expect(stderr).not.toContain(secret);
    }
    expect(endpoint.requests).toEqual([]);
  });

  test('is not sought in other folders', async () => {
    const endpoint = await testEndpoint();
    const home = folderWith('.env', [...keys, `AWS_URL_ENDPOINT=${endpoint.url}`]);
    const cwd = join(home, 'work');
    mkdirSync(cwd);
    const env = { HOME: home, AWS_URL_ENDPOINT: endpoint.url };
    const { status, stderr } = await upload(to, { cwd, env, input: await oneStream() });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/no credentials.*\.env/) });
  });

  test('by another name with --env-file', async () => {
    const endpoint = await testEndpoint();
    const cwd = folderWith('secrets/jasmin.env', [...keys, `AWS_URL_ENDPOINT=${endpoint.url}`]);
    for (const typed of [['--env-file', 'secrets/jasmin.env'], ['--env-file=secrets/jasmin.env']])
      expect(await upload([...to, ...typed], { cwd, input: await oneStream() })).toMatchObject({ status: 0 });
  });

  test('with a quote that is not closed: the line is named, what is on it is not', async () => {
    const cwd = folderWith('.env', ['A=1', "AWS_SECRET_ACCESS_KEY='hush-hush"]);
    const { status, stderr } = await upload(to, { cwd, input: await oneStream() });
    expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringMatching(/\.env:2: a quote/) });
    expect(stderr).not.toContain('hush');
  });
});

describe('the endpoint', () => {
  test('is taken from option, variables, profile, in this order', async () => {
    const endpoint = await testEndpoint();
    const wrong = 'http://127.0.0.1:1';
    const cwd = folderWith('.aws/config', [
      '[default]',
      `endpoint_url = ${wrong}`,
      '[profile lab]',
      'services = lab-services',
      '[services lab-services]',
      's3 =',
      `  endpoint_url = ${endpoint.url}`,
    ]);
    const env = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
    const cases: [string[], Record<string, string>][] = [
      [['--endpoint-url', endpoint.url], { AWS_ENDPOINT_URL_S3: wrong }],
      [[], { AWS_ENDPOINT_URL_S3: endpoint.url, AWS_ENDPOINT_URL: wrong }],
      [[], { AWS_ENDPOINT_URL: endpoint.url, AWS_URL_ENDPOINT: wrong }],
      [[], { AWS_URL_ENDPOINT: endpoint.url }],
      [[], { AWS_PROFILE: 'lab' }],
    ];
    for (const [args, more] of cases)
      expect(
        await upload([...to, ...args], { cwd, env: { ...env, ...more }, input: await oneStream() }),
        JSON.stringify([args, more]),
      ).toMatchObject({ status: 0 });
  });

  test('lacking, and the region lacking, is a usage error', async () => {
    const env = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
    expect(await upload(to, { env, input: await oneStream() })).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/neither an endpoint nor a region/),
    });
  });

  test('with a password in it is refused, and not repeated', async () => {
    const { status, stderr } = await upload([...to, '--endpoint-url', 'https://me:hush@store.example.org'], {
      input: await oneStream(),
    });
    expect(status).toBe(2);
    expect(stderr).not.toContain('hush');
  });
});

test('--profile takes the keys of ~/.aws/credentials, whatever the environment has', async () => {
  const endpoint = await testEndpoint();
  const cwd = folderWith('.aws/credentials', [
    '[lab]',
    `aws_access_key_id = ${accessKey}`,
    `aws_secret_access_key = ${secretKey}`,
  ]);
  const env = { AWS_ENDPOINT_URL: endpoint.url, AWS_ACCESS_KEY_ID: 'other', AWS_SECRET_ACCESS_KEY: 'other' };
  const { status, stderr } = await upload([...to, '--profile', 'lab'], {
    cwd,
    env,
    input: await oneStream(),
  });
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringMatching(/^fc-upload: 1 uploaded.*\n$/),
  });
  const missing = await upload([...to, '--profile', 'nobody'], { cwd, env, input: await oneStream() });
  expect(missing).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/profile "nobody" gives no credentials/),
  });
});
