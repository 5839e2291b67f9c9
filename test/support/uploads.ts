/** Streams to upload, fc-upload on them, and what a store holds afterwards, seen by other eyes. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { pack } from 'tar-stream';
import type { Receipt } from '../../src/store/receipt.js';
import { environment, run } from './programs.js';
import { workdir } from './workdir.js';

export interface TestFile {
  name: string;
  bytes: Buffer;
}

export const file = (name: string, content: string | Buffer = name): TestFile => ({
  name,
  bytes: Buffer.from(content as string),
});

/** `count` images `run_0.tif`, …, each with its sidecar before it. No store looks into them. */
export const vignettes = (count: number, { run: name = 'run', from = 0 } = {}): TestFile[] =>
  Array.from({ length: count }, (_, at) => `${name}_${from + at}`).flatMap((vignette, at) => [
    file(`${vignette}.json`, `{"run":"${name}","index":${from + at}}\n`),
    file(`${vignette}.tif`, `pixels of ${vignette}`.repeat(20)),
  ]);

export const images = (files: TestFile[]): TestFile[] => files.filter(({ name }) => !name.endsWith('.json'));

/** A tar archive, written by tar-stream. */
export function streamOf(files: TestFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, bytes } of files) archive.entry({ name, mtime: new Date(0) }, bytes);
  archive.finalize();
  return buffer(archive);
}

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

export interface Upload {
  status: number | undefined;
  stderr: string;
  receipts: Receipt[];
  stdout: string;
}

export interface UploadOptions {
  input?: Uint8Array;
  /** Where a store is to be found: `endpoint.env`. */
  env?: Record<string, string | undefined>;
  /** Default: an empty folder, so that no `.env` is near. */
  cwd?: string;
}

/** Runs fc-upload. */
export async function upload(
  args: string[],
  { input, env, cwd = workdir() }: UploadOptions = {},
): Promise<Upload> {
  const { stdout, stderr, status } = await run('fc-upload', args, {
    env: environment({ HOME: cwd, ...env }),
    cwd,
    ...(input === undefined ? {} : { input }),
  });
  return { status, stderr, receipts: receiptsIn(stdout), stdout: stdout.toString() };
}

export const receiptsIn = (stdout: Buffer): Receipt[] =>
  stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Receipt);

/** The keys of a bucket. */
export async function keysIn(client: S3Client, bucket = 'bucket'): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket }))
    for (const { Key } of page.Contents ?? []) keys.push(Key!);
  return keys;
}

/** Keys and bytes of a bucket. */
export async function contentsOf(client: S3Client, bucket = 'bucket'): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  const keys = await keysIn(client, bucket);
  for (const key of keys) contents.set(key, Buffer.alloc(0));
  const get = async (key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    contents.set(key, Buffer.from(await Body!.transformToByteArray()));
  };
  for (let at = 0; at < keys.length; at += 32) await Promise.all(keys.slice(at, at + 32).map(get));
  return contents;
}

/** What a bucket holds after those files were stored below a prefix. */
export const expectedContents = (files: TestFile[], prefix = ''): Map<string, Buffer> =>
  new Map(
    files
      .map(({ name, bytes }) => [prefix + name, bytes] as const)
      .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );

/** Names, without extension, that need care in a URL. */
export const AWKWARD_NAMES = [
  'é',
  'e\u0301',
  'a+b',
  'a b',
  'a?b',
  'a#b',
  '%2e',
  '%2e%2e',
  'a%2Fb',
  "it's(1)*!~",
  '粒子',
  '🦐',
  '&<>"',
];
