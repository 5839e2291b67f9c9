/**
 * A small S3 store for demonstrations and tests: on loopback only, with a folder for its data, strict about
 * signatures and digests, and able to misbehave on request. One endpoint at a time may have the folder.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { answerRequest, errorAnswer, type Parts, type Silence } from './answer-request.js';
import { controlFaults, FAULT_CONTROL } from './fault-control.js';
import { Faults } from './faults.js';
import { MultipartUploads } from './multipart-uploads.js';
import type { Answer } from './operation.js';
import { drain } from './request-body.js';
import { S3Error } from './s3-error.js';
import type { Credentials } from './signature.js';
import { Store } from './store.js';

export interface EndpointOptions extends Credentials {
  /** Where the data lie; made where it is missing. */
  directory: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Made where they are missing. */
  buckets?: readonly string[];
  /** Whether `PUT /-/faults` is heeded. */
  faultControl?: boolean;
  /** Is told of every request, faults included, before it is answered. */
  onRequest?: Parts['onRequest'];
}

export interface Endpoint {
  /** `http://127.0.0.1:PORT` */
  url: string;
  faults: Faults;
  /** Ends it at once, whatever is under way; nothing touches the folder afterwards. */
  stop(): Promise<void>;
}

export async function startEndpoint({
  directory,
  port = 0,
  buckets = [],
  faultControl = false,
  onRequest = () => {},
  ...credentials
}: EndpointOptions): Promise<Endpoint> {
  const store = new Store(directory);
  for (const bucket of buckets) if (!store.has(bucket)) store.createBucket(bucket);
  const faults = new Faults();
  const parts: Parts = { store, uploads: new MultipartUploads(), credentials, faults, onRequest };

  const underWay = new Set<Promise<void>>();
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const control = faultControl && request.url === FAULT_CONTROL;
    const answer = control ? await controlFaults(request, faults) : await answerOrError(request, parts);
    await send(answer, request, response);
  };
  const server = createServer((request, response) => {
    const responding: Promise<void> = respond(request, response).finally(() => underWay.delete(responding));
    underWay.add(responding);
  });
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, backlog: 4096 }, resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      // Requests that lost their connection still tidy up behind themselves.
      await Promise.all(underWay);
    },
  };
}

async function answerOrError(request: IncomingMessage, parts: Parts): Promise<Answer | Silence> {
  try {
    return await answerRequest(request, parts);
  } catch (error) {
    // Where the client has left there is nothing to drain, and nobody to answer.
    await drain(request).catch(() => {});
    const known = error instanceof S3Error ? error : new S3Error('InternalError', String(error));
    return errorAnswer(known, request.url ?? '/');
  }
}

async function send(
  answer: Answer | Silence,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (answer === 'stall') request.resume();
  else if (answer === 'reset') request.socket.resetAndDestroy();
  else if (answer === 'close') request.socket.destroy();
  else {
    const { status, headers = {}, body } = answer;
    response.statusCode = status;
    response.setHeader('x-amz-request-id', randomUUID());
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (body === undefined || typeof body === 'string') response.end(body);
    // A client that leaves in the middle is none of our business.
    else await pipeline(body, response).catch(() => {});
  }
}
