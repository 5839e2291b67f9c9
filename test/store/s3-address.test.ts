import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentReport } from '../../src/report.js';
import { findS3Address } from '../../src/store/s3-address.js';
import { Variables } from '../../src/store/variables.js';
import { refusalOf } from '../support/refusals.js';
import { workdir } from '../support/workdir.js';

async function address(
  environment: Record<string, string>,
  options: { bucket?: string; endpoint?: string; region?: string; profile?: string } = {},
) {
  const home = workdir();
  writeFileSync(join(home, 'empty.env'), '');
  const all = { HOME: home, ...environment };
  const variables = await Variables.read(all, join(home, 'empty.env'), silentReport);
  return findS3Address(variables, {
    bucket: 'plankton',
    endpoint: undefined,
    region: undefined,
    profile: undefined,
    environment: all,
    ...options,
  });
}

describe("Amazon's own endpoints", () => {
  test('have the bucket in the host', async () => {
    expect(await address({ AWS_REGION: 'eu-west-2' })).toMatchObject({
      origin: 'https://plankton.s3.eu-west-2.amazonaws.com',
      root: '/',
      custom: false,
    });
  });

  test('but a bucket with dots in the path, which the certificate would not cover', async () => {
    expect(await address({ AWS_DEFAULT_REGION: 'cn-north-1' }, { bucket: 'a.b' })).toMatchObject({
      origin: 'https://s3.cn-north-1.amazonaws.com.cn',
      root: '/a.b/',
    });
  });
});

describe('other endpoints', () => {
  test('have the bucket in the path, and a region where none is said', async () => {
    expect(await address({}, { endpoint: 'https://store.example.org:8443/base/' })).toMatchObject({
      origin: 'https://store.example.org:8443',
      root: '/base/plankton/',
      endpoint: 'https://store.example.org:8443/base',
      region: 'us-east-1',
      custom: true,
    });
  });

  test.each(['https://u:p@h', 'https://h/?x=1', 'https://h/#x', 'plain.example.org', 'file:///x'])(
    'are not %s',
    async (endpoint) => {
      const error = await refusalOf(() => address({}, { endpoint }));
      expect(error).toMatchObject({ kind: 'usage' });
      expect(error.message).not.toContain(endpoint);
    },
  );
});

test('a profile has region and endpoint, the one of a service before its own', async () => {
  const home = workdir();
  mkdirSync(join(home, '.aws'));
  writeFileSync(
    join(home, '.aws/config'),
    `# comment
[default]
region = eu-west-1
[profile jasmin]
region=us-west-1
endpoint_url = https://all.example.org
services = s3-only
[services s3-only]
sts =
  endpoint_url = https://sts.example.org
s3 =
  endpoint_url = https://s3.example.org
`,
  );
  expect(await address({ HOME: home })).toMatchObject({ region: 'eu-west-1', custom: false });
  expect(await address({ HOME: home }, { profile: 'jasmin' })).toMatchObject({
    region: 'us-west-1',
    endpoint: 'https://s3.example.org',
  });
  expect(
    await address({ HOME: home, AWS_PROFILE: 'jasmin', AWS_URL_ENDPOINT: 'https://env.example.org' }),
  ).toMatchObject({ endpoint: 'https://env.example.org' });
});
