/** Keys, tokens and signatures are told to nobody but the store, whatever goes well or wrong. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../../src/s3-endpoint/faults.js';
import { processesBelow, testOnLinux } from '../support/kills.js';
import { objectStoreApi } from '../support/object-store-api.js';
import { pipeline } from '../support/pipeline.js';
import { environment } from '../support/programs.js';
import { type TestEndpoint, testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import { streamOf, type Upload, upload, vignettes } from '../support/uploads.js';
import { workdir } from '../support/workdir.js';

const key = 'HUSHKEYID';
const secret = 'hush-hush/secret+key';
const token = 'hush-token';

/** What must be seen nowhere; the secret also as a URL would have it, and signed headers by what they begin with. */
const HUSH = [key, secret, encodeURIComponent(secret), token, 'Signature=', 'AWS4-HMAC', 'hush'];

function expectHush(text: string, where: string): void {
  for (const hush of HUSH) expect(text.includes(hush), `"${hush}" in ${where}: ${text}`).toBe(false);
}

const to = ['--bucket', 'bucket', '--verbose'];

/** A store for these keys; one with the endpoint's usual keys refuses them. */
const knowing = () => testEndpoint({ accessKey: key, secretKey: secret, sessionToken: token });

const variables = (url: string): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: key,
  AWS_SECRET_ACCESS_KEY: secret,
  AWS_SESSION_TOKEN: token,
  AWS_ENDPOINT_URL: url,
});

/** A working folder whose `.env` has them. */
function withEnvFile(url: string, mode = 0o600): string {
  const cwd = workdir();
  const lines = Object.entries(variables(url)).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(cwd, '.env'), lines.join(''));
  chmodSync(join(cwd, '.env'), mode);
  return cwd;
}

/** All that a person or a script can see of an upload. */
function expectToldNobody({ stdout, stderr }: Upload, cwd: string): void {
  expectHush(stdout, 'stdout');
  expectHush(stderr, 'stderr');
  expect(stderr, 'says something').not.toBe('');
  for (const name of readdirSync(cwd))
    if (name !== '.env') expectHush(readFileSync(join(cwd, name), 'utf8'), name);
}

/** A server that tells all it was told. */
async function echo(status: number): Promise<string> {
  const server = createServer(async (request, response) => {
    request.resume();
    await once(request, 'end');
    const told = JSON.stringify(request.headers);
    response.writeHead(status, { 'content-type': 'application/xml', etag: `"${told.replaceAll('"', "'")}"` });
    response.end(
      `<Error><Code>Odd</Code><Message>${told}</Message><StringToSign>${told}</StringToSign></Error>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const failing = (fault: Fault) => async (): Promise<string> => {
  const endpoint = await knowing();
  endpoint.faults.inject({ fault });
  return endpoint.url;
};

const CASES: [how: string, url: () => Promise<string>, args: string[], status: number][] = [
  ['stored', async () => (await knowing()).url, ['--confirm', 'done.txt'], 0],
  ['stored as one archive', async () => (await knowing()).url, ['--tar-key', 'k.tar', '--confirm', 'done.txt'], 0],
  ['read only', async () => 'http://127.0.0.1:1', ['--dry-run'], 0],
  ['refused for their keys', async () => (await testEndpoint()).url, [], 4],
  ['refused as one archive', async () => (await testEndpoint()).url, ['--tar-key', 'k.tar'], 4],
  ...(['AccessDenied', 'InternalError', 'SlowDown', 'NoSuchBucket', 'reset-after-storing', 'error-in-200', 'stall'] as const).flatMap(
    (fault): typeof CASES => [
      [`met by ${fault}`, failing(fault), [], 4],
      [`met by ${fault} as one archive`, failing(fault), ['--tar-key', 'k.tar'], 4],
    ],
  ),
  ['sent where nobody listens', async () => 'http://127.0.0.1:1', [], 4],
  ['sent where they are answered with what they said', () => echo(403), [], 4],
  ['sent as one archive where they are answered with what they said', () => echo(403), ['--tar-key', 'k'], 4],
  ['answered with what they said, and 200', () => echo(200), [], 4],
  ['sent to an endpoint with a password in it', async () => 'http://me:hush@127.0.0.1:1', [], 2],
  ['sent to an endpoint that is no URL', async () => 'hush', [], 2],
]; // biome-ignore format: a row a case

describe.each(['the environment', '.env'])(
  'with keys from %s, though --verbose and FC_DEBUG are on',
  (source) => {
    test.each(CASES)('vignettes %s', async (_, url, args, status) => {
      const address = await url();
      const fromFile = source === '.env';
      const cwd = fromFile ? withEnvFile(address) : workdir();
      const outcome = await upload([...to, '--retries', '1', '--timeout', '0.5', ...args], {
        cwd,
        env: { FC_DEBUG: '1', ...(fromFile ? {} : variables(address)) },
        input: await streamOf(vignettes(3)),
      });
      expect(outcome).toMatchObject({ status });
      expect(existsSync(join(cwd, 'done.txt'))).toBe(args.includes('--confirm'));
      expectToldNobody(outcome, cwd);
    });
  },
);

test('the warning of a .env that others can read says where, not what', async () => {
  const { url } = await knowing();
  const cwd = withEnvFile(url, 0o644);
  const outcome = await upload(to, { cwd, env: { FC_DEBUG: '1' }, input: await streamOf(vignettes(1)) });
  expect(outcome).toMatchObject({ status: 0, stderr: expect.stringContaining('chmod 600 .env') });
  expectToldNobody(outcome, cwd);
});

test('the external API gets none of them, nor do its words', async () => {
  const api = await objectStoreApi({ stores: () => false });
  const cwd = withEnvFile('http://127.0.0.1:1');
  const outcome = await upload([...to, '--api-url', api.url, '--confirm', 'done.txt'], {
    cwd,
    env: { ...variables('http://127.0.0.1:1'), FC_DEBUG: '1' },
    input: await streamOf(vignettes(2)),
  });
  expect(outcome).toMatchObject({ status: 4 });
  expectToldNobody(outcome, cwd);
});

test('the password of a proxy is not told', async () => {
  const cwd = withEnvFile('http://store.example.org');
  const outcome = await upload([...to, '--retries', '0'], {
    cwd,
    env: { FC_DEBUG: '1', HTTP_PROXY: 'http://me:hush@127.0.0.1:1' },
    input: await streamOf(vignettes(1)),
  });
  expect(outcome).toMatchObject({ status: 4 });
  expectToldNobody(outcome, cwd);
});

/** The command lines of a program and all that it starts, for as long as `isOver` says. */
async function commandLines(pid: number, isOver: () => boolean): Promise<Set<string>> {
  const seen = new Set<string>();
  while (!isOver()) {
    for (const { command } of processesBelow(pid)) if (command !== '') seen.add(command);
    await sleep(10);
  }
  return seen;
}

testOnLinux('the list of processes does not show them', async () => {
  const endpoint = await knowing();
  endpoint.faults.inject({ fault: 'stall', operation: 'PutObject' });
  const cwd = withEnvFile(endpoint.url);
  const input = await streamOf(vignettes(2));
  const child = spawn('fc-upload', [...to], { cwd, env: environment({ HOME: cwd }) });
  child.stdin.end(input);
  const isWaiting = () => endpoint.requests.some(({ operation }) => operation === 'PutObject');
  const seen = await commandLines(child.pid!, isWaiting);
  expect([...seen].join()).toContain('fc-upload');
  expectHush([...seen].join('\n'), 'command lines');
  child.kill('SIGKILL');
  await once(child, 'close');
});

describe('under make', () => {
  /** All files below a folder, hidden ones too. */
  const filesBelow = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));

  function expectOutHush(cwd: string): void {
    const files = filesBelow(join(cwd, 'out'));
    expect(files.some((path) => path.endsWith('inputs.json'))).toBe(true);
    for (const path of files) expectHush(readFileSync(path, 'latin1'), path);
  }

  const args = async () => ['run', `RUN=${await simulate({ particles: 5 })}`, 'OUT=out', 'BUCKET=bucket'];

  test.each<[how: string, start: () => Promise<TestEndpoint>, status: number]>([
    ['stored', knowing, 0],
    ['refused', () => testEndpoint(), 2],
  ])('nothing in OUT has them, nor what make says: %s', async (_, start, status) => {
    const { url } = await start();
    for (const [cwd, env, more] of [
      [withEnvFile(url), {}, []],
      [workdir(), variables(url), []],
      [workdir(), {}, [`ENV_FILE=${join(withEnvFile(url), '.env')}`]],
    ] as const) {
      const made = await pipeline([...(await args()), 'UPLOAD_OPTIONS=--verbose', ...more], {
        cwd,
        env: { HOME: cwd, FC_DEBUG: '1', ...env },
      });
      expect(made).toMatchObject({ status });
      expectHush(made.stdout.toString() + made.stderr, 'what make says');
      expectOutHush(cwd);
    }
  });

  testOnLinux('the list of processes does not show them', async () => {
    const { url } = await knowing();
    const cwd = withEnvFile(url);
    const make = spawn('fc-pipeline', await args(), {
      cwd,
      env: environment({ HOME: cwd }),
      stdio: 'ignore',
    });
    const ended = once(make, 'close');
    const seen = await commandLines(make.pid!, () => make.exitCode !== null);
    expect(await ended).toEqual([0, null]);
    expect([...seen].some((command) => command.includes('fc-upload'))).toBe(true);
    expectHush([...seen].join('\n'), 'command lines');
  });

  test.each(['API_URL=https://me:hush@host/upload/', 'UPLOAD_OPTIONS=--endpoint-url https://me:hush@host'])(
    'a password in %s is refused before anything is written',
    async (setting) => {
      const cwd = workdir();
      const made = await pipeline([...(await args()), setting], { cwd });
      expect(made).toMatchObject({ status: 2, stderr: expect.stringMatching(/password/) });
      expectHush(made.stderr, 'what make says');
      expect(existsSync(join(cwd, 'out'))).toBe(false);
    },
  );
});
