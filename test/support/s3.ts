/** A running S3 endpoint of the project's own, in the test's process and gone after it. */
import { S3Client } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { type Endpoint, type EndpointOptions, startEndpoint } from '../../src/s3-endpoint/endpoint.js';
import type { SeenRequest } from '../../src/s3-endpoint/faults.js';
import { workdir } from './workdir.js';

export const accessKey = 'test-access';
export const secretKey = 'test-secret/with+signs';

export interface TestEndpoint extends Endpoint {
  /** Where its data lie. */
  directory: string;
  /** Every request so far, those that met a fault included. */
  requests: SeenRequest[];
  /** What a program needs to reach it, for `run(…, { env: environment(endpoint.env) })`. */
  env: Record<string, string>;
  client: S3Client;
}

export const clientFor = (url: string, accessKeyId = accessKey, secretAccessKey = secretKey): S3Client =>
  new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
    // The tests ask for more at once than the client has sockets, and mean it.
    requestHandler: { socketAcquisitionWarningTimeout: 60_000 },
  });

/** Starts an endpoint with one bucket called `bucket`, unless told otherwise. */
export async function testEndpoint(options: Partial<EndpointOptions> = {}): Promise<TestEndpoint> {
  const directory = options.directory ?? workdir();
  const requests: SeenRequest[] = [];
  const endpoint = await startEndpoint({
    directory,
    accessKey,
    secretKey,
    buckets: ['bucket'],
    onRequest: (request) => requests.push(request),
    ...options,
  });
  const client = clientFor(endpoint.url);
  onTestFinished(async () => {
    client.destroy();
    await endpoint.stop();
  });
  const env = {
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_ENDPOINT_URL_S3: endpoint.url,
  };
  return { ...endpoint, directory, requests, env, client };
}
