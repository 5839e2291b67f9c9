/**
 * The AWS SDK's S3 client, for what is sent in parts. It goes over our own connections, so that proxies,
 * certificates and deadlines are the same for all requests; loaded only where it is needed.
 */
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { CredentialSource } from './credentials.js';
import type { HttpPool } from './http-pool.js';
import { percentEncode } from './object-key.js';
import type { S3Address } from './s3-address.js';
import { answeredFault, StoreFault } from './store-fault.js';

export interface SdkClientOptions {
  retries: number;
  /** When to send checksums beyond what an operation asks for; many third-party stores refuse them. */
  checksums: 'when-required' | 'when-supported';
}

/** What the SDK hands to whatever sends its requests. */
interface SdkRequest {
  protocol: string;
  hostname: string;
  port?: number;
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

export async function sdkClient(
  address: S3Address,
  pool: HttpPool,
  credentials: CredentialSource,
  { retries, checksums }: SdkClientOptions,
): Promise<S3Client> {
  // It says which Node versions will lose support; nobody who runs an upload can act on that.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { S3Client } = await import('@aws-sdk/client-s3');
  const when = checksums === 'when-supported' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  return new S3Client({
    region: address.region,
    ...(address.custom && { endpoint: address.endpoint, forcePathStyle: true }),
    credentials: async () => {
      const { accessKeyId, secretAccessKey, sessionToken } = await credentials.get();
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
    },
    requestChecksumCalculation: when,
    responseChecksumValidation: when,
    maxAttempts: retries + 1,
    requestHandler: { handle: (request: SdkRequest) => handle(request, pool) },
  });
}

async function handle(request: SdkRequest, pool: HttpPool) {
  const { protocol, hostname, port, method, path, query } = request;
  // A round trip per part, to save a part where the store refuses; undici does not know it.
  const { expect: _, Expect: __, ...headers } = request.headers;
  try {
    const answer = await pool.send({
      origin: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`,
      method,
      path: path + queryString(query ?? {}),
      headers,
      body: await bodyOf(request.body),
    });
    return {
      response: {
        statusCode: answer.status,
        headers: answer.headers as Record<string, string>,
        body: Readable.from(answer.body.length === 0 ? [] : [answer.body]),
      },
    };
  } catch (error) {
    // The name by which the SDK knows that it may try again.
    if (error instanceof StoreFault && error.verdict === 'retry') error.name = 'TimeoutError';
    throw error;
  }
}

function queryString(query: NonNullable<SdkRequest['query']>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === null
      ? [percentEncode(name)]
      : [value].flat().map((one) => `${percentEncode(name)}=${percentEncode(one)}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.sort().join('&')}`;
}

/** Bodies are texts and parts in memory; a stream is what the SDK makes of one to add a checksum behind it. */
async function bodyOf(body: unknown): Promise<Uint8Array | string | undefined> {
  if (body === undefined || body === null || typeof body === 'string') return body ?? undefined;
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** An error of the SDK as a fault; its own message may be empty, or repeat what was signed. */
export function sdkFault(error: unknown): StoreFault {
  if (error instanceof StoreFault) return error;
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (status === undefined) throw error;
  return answeredFault(status, name === 'UnknownError' ? undefined : name);
}
