/** How much is asked to find out what is there: on the project's own endpoint, with the requests counted. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { silentReport } from '../../src/report.js';
import { ExistingObjects } from '../../src/store/existing-objects.js';
import { HttpPool } from '../../src/store/http-pool.js';
import { S3Store } from '../../src/store/s3-store.js';
import { accessKey, secretKey, testEndpoint } from '../support/s3.js';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** A bucket with those keys, each of its own name's bytes, and what is asked of it. */
async function storeWith(keys: string[]) {
  const { url } = await testEndpoint();
  const { signal } = new AbortController();
  const pool = await HttpPool.open({ jobs: 16, timeout: 60_000, environment: {}, signal });
  const address = {
    bucket: 'bucket',
    region: 'us-east-1',
    origin: url,
    root: '/bucket/',
    endpoint: url,
    custom: true,
    source: '',
  };
  const credentials = {
    name: 'test',
    get: async () => ({ accessKeyId: accessKey, secretAccessKey: secretKey }),
  };
  const asked = { prefixes: [] as string[], heads: 0 };
  class Watched extends S3Store {
    override list(...[prefix, more]: Parameters<S3Store['list']>) {
      asked.prefixes.push(prefix);
      return super.list(prefix, more);
    }
    override head(key: string) {
      asked.heads += 1;
      return super.head(key);
    }
  }
  const store = new Watched(address, pool, credentials, { retries: 0, signal, onRetry() {} });
  const put = (key: string) =>
    store.put(key, { bytes: Buffer.from(key), md5: md5(key), contentType: 'image/tiff', keepMd5: false });
  for (let at = 0; at < keys.length; at += 100) await Promise.all(keys.slice(at, at + 100).map(put));
  return { asked, there: new ExistingObjects(store, 16, silentReport) };
}

const run = (name: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => `cruise/${name}_${from + at}.tif`);

test('a run is listed below its own beginning, a page per 1,000 keys, once', async () => {
  const { asked, there } = await storeWith([...run('run', 1500), ...run('other', 50)]);
  const wanted = run('run', 2000);
  for (const batch of [wanted.slice(0, 1000), wanted.slice(1000)]) {
    await there.lookUp(batch);
    for (const key of batch) {
      const existing = wanted.indexOf(key) < 1500 ? { size: key.length, md5: md5(key) } : undefined;
      expect(there.get(key)).toEqual(existing);
    }
  }
  expect(asked).toEqual({ prefixes: ['cruise/run_', 'cruise/run_'], heads: 0 });
});

test('two runs in one stream are listed each by itself; masks and images together', async () => {
  const { asked, there } = await storeWith(run('a', 10));
  await there.lookUp([...run('a', 10), ...run('b', 10), 'cruise/a_0.mask.png']);
  expect(asked).toEqual({ prefixes: ['cruise/a_', 'cruise/b_'], heads: 0 });
});

test('names with nothing but the folder in common are listed by the folder', async () => {
  const names = Array.from({ length: 40 }, (_, at) => `cruise/${md5(String(at))}.tif`);
  const { asked, there } = await storeWith(names.slice(0, 20));
  await there.lookUp(names);
  expect(names.map((key) => there.get(key) !== undefined)).toEqual(names.map((_, at) => at < 20));
  expect(asked).toEqual({ prefixes: ['cruise/'], heads: 0 });
});

test('a few among many foreign ones are asked for one by one', async () => {
  const { asked, there } = await storeWith(run('run', 2500));
  const wanted = [...run('run', 3, 2497), ...run('run', 3, 9000)];
  await there.lookUp(wanted);
  expect(wanted.map((key) => there.get(key) !== undefined)).toEqual([true, true, true, false, false, false]);
  expect(asked.prefixes).toHaveLength(1);
  expect(asked.heads).toBeGreaterThan(0);
  expect(asked.heads).toBeLessThanOrEqual(6);
});
