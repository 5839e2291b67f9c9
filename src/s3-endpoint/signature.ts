/**
 * Checks who sent a request: AWS Signature Version 4 in the Authorization header, as "Authenticating Requests:
 * Using the Authorization Header" in Amazon's S3 API reference has it.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.js';
import { encodePath, encodeUri } from './uri.js';

export interface Credentials {
  accessKey: string;
  secretKey: string;
  /** Where set, requests must carry it in `x-amz-security-token`. */
  sessionToken?: string | undefined;
}

/** What the signatures of a body's chunks hang on. */
export interface Signed {
  /** `x-amz-content-sha256`: a digest in hex, or one of the words that say how the body is signed. */
  payload: string;
  /** Signs what follows in the same request: chunks and trailers. */
  sign(stringToSign: string): string;
  /** `x-amz-date`, as signed. */
  date: string;
  /** `20230504/us-east-1/s3/aws4_request` */
  scope: string;
  signature: string;
}

const FIFTEEN_MINUTES = 15 * 60 * 1000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^\s,]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request\s*,\s*SignedHeaders=([^\s,]+)\s*,\s*Signature=([0-9a-f]{64})$/;

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export const sameText = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** `20230504T120000Z` in milliseconds; NaN for anything else. */
const instantOf = (stamp: string): number =>
  Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

const canonicalQuery = (query: ReadonlyMap<string, string>): string =>
  [...query]
    .map(([name, value]) => `${encodeUri(name)}=${encodeUri(value)}`)
    .sort()
    .join('&');

function canonicalHeaders(request: IncomingMessage, signedHeaders: string[]): string {
  return signedHeaders
    .map((name) => {
      const values = request.headersDistinct[name] ?? [];
      return `${name}:${values.map((value) => value.trim().replace(/ +/g, ' ')).join(',')}\n`;
    })
    .join('');
}

/**
 * @param path the path, percent-decoded
 * @param query the parameters, percent-decoded
 * @throws S3Error saying what is wrong with the signature
 */
export function checkSignature(
  request: IncomingMessage,
  path: string,
  query: ReadonlyMap<string, string>,
  { accessKey, secretKey, sessionToken }: Credentials,
): Signed {
  const header = request.headers.authorization;
  if (header === undefined) throw new S3Error('AccessDenied', 'Anonymous access is not allowed here');
  const match = AUTHORIZATION.exec(header);
  if (match === null)
    throw new S3Error('AuthorizationHeaderMalformed', 'Only AWS4-HMAC-SHA256 is known here');
  const [, key, day, region, service, names, signature] = match as unknown as [string, ...string[]];
  if (key !== accessKey) throw new S3Error('InvalidAccessKeyId');
  if (service !== 's3') throw new S3Error('AuthorizationHeaderMalformed', 'The service must be s3');

  const date = request.headersDistinct['x-amz-date']?.[0] ?? '';
  const skew = Math.abs(Date.now() - instantOf(date));
  if (Number.isNaN(skew)) throw new S3Error('AccessDenied', 'A valid x-amz-date header is required');
  if (skew > FIFTEEN_MINUTES) throw new S3Error('RequestTimeTooSkewed');
  if (!date.startsWith(day!)) throw new S3Error('SignatureDoesNotMatch', 'The scope is of another day');

  const payload = request.headersDistinct['x-amz-content-sha256']?.[0];
  if (payload === undefined) throw new S3Error('MissingSecurityHeader', 'x-amz-content-sha256 is missing');
  const signedHeaders = names!.split(';');
  const unsigned = Object.keys(request.headers).find(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signedHeaders.includes(name),
  );
  if (unsigned !== undefined) throw new S3Error('AccessDenied', `The header ${unsigned} is not signed`);

  const canonicalRequest = [
    request.method,
    encodePath(path),
    canonicalQuery(query),
    canonicalHeaders(request, signedHeaders),
    names,
    payload,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const signingKey = hmac(hmac(hmac(hmac(`AWS4${secretKey}`, day!), region!), 's3'), 'aws4_request');
  const sign = (stringToSign: string) => hmac(signingKey, stringToSign).toString('hex');
  const expected = sign(['AWS4-HMAC-SHA256', date, scope, sha256(canonicalRequest)].join('\n'));
  if (!sameText(expected, signature!)) throw new S3Error('SignatureDoesNotMatch');
  if (sessionToken !== request.headersDistinct['x-amz-security-token']?.[0])
    throw new S3Error('InvalidToken');
  return { payload, sign, date, scope, signature: signature! };
}
