/**
 * The NERC-CEH object store API as it behaves (https://github.com/NERC-CEH/object_store_api), and as it lies when
 * asked to.
 *
 * - `POST /upload/`: a multipart form with `bucket_name` and any number of `files`, but its framework refuses more
 *   than 1,000 of them with status 400. Each is stored under the key `/NAME`. The answer is 200 and says that all were
 *   stored and verified, whatever happened.
 * - `POST /check-file-exist/`: a form with `bucket_name` and `filename`, which is the key. `{"exists": true}` or false.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type FormPart, parseMultipartForm } from './multipart-form.js';

const MOST_FILES = 1000;

export type ApiRequest = 'upload' | 'check';

/** Where it does otherwise than it should. Requests of each kind are counted from 1. */
export interface Lies {
  /** Whether a file that the n-th upload brings is stored; the answer is the same. */
  stores?: (name: string, upload: number) => boolean;
  /** A status such as 500, answered to the n-th request of a kind with nothing done; undefined for none. */
  status?: (request: ApiRequest, count: number) => number | undefined;
  /** How long the n-th request of a kind waits for its answer, in milliseconds; Infinity for ever. */
  delay?: (request: ApiRequest, count: number) => number;
}

export interface ObjectStoreApi {
  /** For `--api-url`: `http://127.0.0.1:PORT/upload/`. */
  url: string;
  /** The one bucket there is; files for another are lost without a word. */
  bucket: string;
  /** What the bucket holds, by key. */
  objects: Map<string, Buffer>;
  /** The names that each upload brought, also where nothing was done with them. */
  uploads: string[][];
  /** The keys asked for. */
  checks: string[];
}

interface Reply {
  status: number;
  content: unknown;
}

/** Starts the API, which is gone after the test. */
export async function objectStoreApi(lies: Lies = {}): Promise<ObjectStoreApi> {
  const { stores = () => true, status = () => undefined, delay = () => 0 } = lies;
  const api: ObjectStoreApi = { url: '', bucket: 'bucket', objects: new Map(), uploads: [], checks: [] };

  const upload = (form: FormPart[]): Reply => {
    const files = form.filter(({ name, filename }) => name === 'files' && filename !== undefined);
    api.uploads.push(files.map(({ filename }) => filename!));
    const forced = status('upload', api.uploads.length);
    if (forced !== undefined) return { status: forced, content: { message: 'Error' } };
    if (files.length > MOST_FILES)
      return {
        status: 400,
        content: { detail: `Too many files. Maximum number of files is ${MOST_FILES}.` },
      };
    const bucket = fieldOf(form, 'bucket_name');
    if (bucket === undefined || files.length === 0) return INCOMPLETE;
    for (const { filename, bytes } of files)
      if (bucket === api.bucket && stores(filename!, api.uploads.length))
        api.objects.set(`/${filename}`, Buffer.from(bytes));
    return { status: 200, content: { message: 'All files uploaded and verified successfully' } };
  };

  const check = (form: FormPart[]): Reply => {
    const key = fieldOf(form, 'filename');
    const bucket = fieldOf(form, 'bucket_name');
    api.checks.push(key ?? '');
    const forced = status('check', api.checks.length);
    if (forced !== undefined) return { status: forced, content: { message: 'Error' } };
    if (key === undefined || bucket === undefined) return INCOMPLETE;
    return { status: 200, content: { exists: bucket === api.bucket && api.objects.has(key) } };
  };

  const server = createServer(async (request, response) => {
    const answer = (reply: Reply) => {
      response.writeHead(reply.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(reply.content));
    };
    const path = request.url ?? '/';
    if (path === '/upload' || path === '/check-file-exist')
      return void response.writeHead(307, { location: `${path}/` }).end();
    if (path !== '/upload/' && path !== '/check-file-exist/')
      return answer({ status: 404, content: { detail: 'Not Found' } });
    if (request.method !== 'POST') return answer({ status: 405, content: { detail: 'Method Not Allowed' } });
    const form = await readForm(request).catch(() => undefined);
    if (form === undefined)
      return answer({ status: 400, content: { detail: 'There was an error parsing the body' } });
    const reply = path === '/upload/' ? upload(form) : check(form);
    const wait =
      path === '/upload/' ? delay('upload', api.uploads.length) : delay('check', api.checks.length);
    if (wait !== Number.POSITIVE_INFINITY) setTimeout(() => answer(reply), wait);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
  });
  api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/upload/`;
  return api;
}

const INCOMPLETE: Reply = { status: 422, content: { detail: [{ type: 'missing', msg: 'Field required' }] } };

const fieldOf = (form: FormPart[], field: string): string | undefined =>
  form.find(({ name, filename }) => name === field && filename === undefined)?.bytes.toString('utf8');

async function readForm(request: IncomingMessage): Promise<FormPart[]> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) return parseMultipartForm(body, type);
  return [...new URLSearchParams(body.toString())].map(([name, value]) => ({
    name,
    filename: undefined,
    bytes: Buffer.from(value),
  }));
}
