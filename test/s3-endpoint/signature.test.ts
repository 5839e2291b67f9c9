import { expect, test } from 'vitest';
import { testEndpoint } from '../support/s3.js';
import { type Sent, signedRequest } from '../support/signed-request.js';

const path = '/bucket/tank%2025/%C3%A9%2B%3F%23%252e..tif';

test('lets in what an independent signer signed', async () => {
  const { url } = await testEndpoint();
  expect(await signedRequest(url, { method: 'PUT', path, body: 'plankton' })).toMatchObject({ status: 200 });
  expect(await signedRequest(url, { path })).toMatchObject({ status: 200, text: 'plankton' });
  const list = await signedRequest(url, { path: '/bucket/?list-type=2&prefix=tank%2025%2F%C3%A9%2B' });
  expect(list.text).toContain('<Key>tank 25/é+?#%2e..tif</Key>');
});

const daysAgo = (days: number) =>
  `${new Date(Date.now() - days * 86_400_000).toISOString().replace(/[-:]|\.\d+/g, '')}`;

test.each<[string, Omit<Sent, 'path'>, number, string]>([
  ['another secret', { credentials: { secretAccessKey: 'wrong' } }, 403, 'SignatureDoesNotMatch'],
  ['an unknown key', { credentials: { accessKeyId: 'nobody' } }, 403, 'InvalidAccessKeyId'],
  ['a token nobody gave out', { credentials: { sessionToken: 'token' } }, 400, 'InvalidToken'],
  ['another key than was signed', { tampered: { path: `${path}x` } }, 403, 'SignatureDoesNotMatch'],
  [
    'another parameter than was signed',
    { tampered: { path: `${path}?x-id=1` } },
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'another header than was signed',
    { headers: { 'x-amz-meta-md5': '1' }, tampered: { headers: { 'x-amz-meta-md5': '2' } } },
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'an amz header that was not signed',
    { tampered: { headers: { 'x-amz-meta-a': '1' } } },
    403,
    'AccessDenied',
  ],
  ['no signature', { tampered: { headers: { Authorization: undefined } } }, 403, 'AccessDenied'],
  [
    'a signature of version 2',
    { tampered: { headers: { Authorization: 'AWS key:signature' } } },
    400,
    'AuthorizationHeaderMalformed',
  ],
  ['a date of yesterday', { headers: { 'X-Amz-Date': daysAgo(1) } }, 403, 'RequestTimeTooSkewed'],
  ['a date of tomorrow', { headers: { 'X-Amz-Date': daysAgo(-1) } }, 403, 'RequestTimeTooSkewed'],
])('refuses %s', async (_, sent, status, code) => {
  const { url, client } = await testEndpoint();
  const refused = await signedRequest(url, { method: 'PUT', path, body: 'plankton', ...sent });
  expect(refused).toMatchObject({ status, code });
  expect((await signedRequest(url, { path })).code).toBe('NoSuchKey');
  client.destroy();
});

test('asks for the session token where it has one', async () => {
  const { url } = await testEndpoint({ sessionToken: 'token' });
  expect(await signedRequest(url, { path: '/' })).toMatchObject({ code: 'InvalidToken' });
  expect(await signedRequest(url, { path: '/', credentials: { sessionToken: 'token' } })).toMatchObject({
    status: 200,
  });
});
