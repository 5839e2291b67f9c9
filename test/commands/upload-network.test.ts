/** fc-upload through proxies and TLS. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectProxy, tlsFront } from '../support/fronts.js';
import { testWith } from '../support/requirements.js';
import { testEndpoint } from '../support/s3.js';
import { keysIn, streamOf, upload, vignettes } from '../support/uploads.js';
import { workdir } from '../support/workdir.js';

const to = ['--bucket', 'bucket'];
const ways = [[], ['--tar-key', 'k']];

testWith(
  ['openssl'],
  'TLS: a certificate of an unknown authority is refused, whatever Node is told',
  async () => {
    const endpoint = await testEndpoint();
    const front = await tlsFront(endpoint.url);
    const input = await streamOf(vignettes(3));
    for (const more of [{}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }])
      for (const way of ways) {
        const env = { ...endpoint.env, ...more, AWS_ENDPOINT_URL_S3: front.url };
        const { status, stderr } = await upload([...to, ...way], { env, input });
        expect(status).toBe(4);
        expect(stderr).toMatch(/the certificate is self-signed .*--ca-file/);
      }
    expect(endpoint.requests).toEqual([]);
  },
);

testWith(['openssl'], 'TLS: --ca-file and NODE_EXTRA_CA_CERTS are trusted, also together', async () => {
  const endpoint = await testEndpoint();
  const [front, other] = [await tlsFront(endpoint.url), await tlsFront(endpoint.url)];
  const input = await streamOf(vignettes(3));
  const env = { ...endpoint.env, AWS_ENDPOINT_URL_S3: front.url };
  for (const way of ways) {
    const by = (args: string[], more = {}) =>
      upload([...to, ...way, ...args], { env: { ...env, ...more }, input });
    expect(await by(['--ca-file', front.certificate])).toMatchObject({ status: 0 });
    expect(await by([], { NODE_EXTRA_CA_CERTS: front.certificate })).toMatchObject({ status: 0 });
    expect(
      await by(['--ca-file', other.certificate], { NODE_EXTRA_CA_CERTS: front.certificate }),
    ).toMatchObject({ status: 0 });
    expect(await by(['--ca-file', other.certificate])).toMatchObject({ status: 4 });
  }
});

test('a --ca-file without a certificate is an error', async () => {
  const cwd = workdir();
  writeFileSync(join(cwd, 'ca.pem'), 'nothing');
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's', AWS_ENDPOINT_URL: 'https://127.0.0.1:1' };
  const outcome = await upload([...to, '--ca-file', 'ca.pem'], {
    cwd,
    env,
    input: await streamOf(vignettes(1)),
  });
  expect(outcome).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/ca\.pem: .*no PEM certificate/),
  });
});

testWith(['openssl'], 'HTTPS_PROXY is used, NO_PROXY is heeded', async () => {
  const endpoint = await testEndpoint();
  const front = await tlsFront(endpoint.url);
  const input = await streamOf(vignettes(3));
  for (const way of ways) {
    const proxy = await connectProxy();
    const env = { ...endpoint.env, AWS_ENDPOINT_URL_S3: front.url, HTTPS_PROXY: proxy.url };
    const args = [...to, ...way, '--ca-file', front.certificate];
    expect(await upload(args, { env: { ...env, NO_PROXY: 'localhost,127.0.0.1' }, input })).toMatchObject({
      status: 0,
    });
    expect(proxy.tunnels).toEqual([]);
    expect(await upload(args, { env, input })).toMatchObject({ status: 0 });
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(front.url).host]));
  }
  expect(await keysIn(endpoint.client)).toContain('run_2.tif');
});

test('a proxy that refuses is named without its password', async () => {
  const endpoint = await testEndpoint();
  const proxy = await connectProxy({ refuse: true });
  const env = {
    ...endpoint.env,
    AWS_ENDPOINT_URL_S3: 'https://store.example.org',
    HTTPS_PROXY: proxy.url.replace('//', '//me:hush@'),
  };
  const outcome = await upload([...to, '--verbose'], { env, input: await streamOf(vignettes(1)) });
  expect(outcome).toMatchObject({
    status: 4,
    stderr: expect.stringMatching(/the proxy did not let us through/),
  });
  expect(outcome.stderr).not.toContain('hush');
});
