/** Sends one request as it is, signed by aws4: for what no client would send of its own accord. */
import aws4 from 'aws4';
import { Client } from 'undici';
import { accessKey, secretKey } from './s3.js';

export interface Sent {
  method?: string;
  /** With query, percent-encoded as it is to be sent. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** What is sent otherwise than it was signed; a header that is undefined is left out. */
  tampered?: { path?: string; headers?: Record<string, string | undefined>; body?: string };
  credentials?: { accessKeyId?: string; secretAccessKey?: string; sessionToken?: string };
}

export interface Got {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The code of an S3 error. */
  code: string | undefined;
}

export async function signedRequest(
  url: string,
  { method = 'GET', path, headers = {}, body = '', tampered = {}, credentials }: Sent,
): Promise<Got> {
  const signed = aws4.sign(
    { host: new URL(url).host, method, path, headers: { ...headers }, body, service: 's3' },
    { accessKeyId: accessKey, secretAccessKey: secretKey, ...credentials },
  );
  const sent = Object.entries({ ...signed.headers, ...tampered.headers }).filter(
    ([, value]) => value !== undefined,
  );
  const client = new Client(url);
  try {
    const response = await client.request({
      method: method as 'GET',
      path,
      body,
      ...tampered,
      headers: Object.fromEntries(sent) as Record<string, string>,
    });
    const text = await response.body.text();
    const code = /<Code>(.*)<\/Code>/.exec(text)?.[1];
    return { status: response.statusCode, headers: response.headers, text, code };
  } finally {
    await client.close();
  }
}
