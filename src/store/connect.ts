/** From what a person typed and has set to an open store. */
import type { Report } from '../report.js';
import { type CredentialSource, findCredentials } from './credentials.js';
import { HttpPool } from './http-pool.js';
import type { RetryPolicy } from './retry.js';
import { findS3Address } from './s3-address.js';
import { S3Store } from './s3-store.js';
import { Variables } from './variables.js';

export interface Wire {
  jobs: number;
  /** Seconds. */
  timeout: number;
  retries: number;
  caFile: string | undefined;
  /** How much of an answer, and of a file with settings or certificates, is read. */
  maxAnswerBytes: number;
  maxFileBytes: number;
  environment: NodeJS.ProcessEnv;
  report: Report;
  signal: AbortSignal;
}

export interface S3Settings {
  bucket: string;
  endpoint: string | undefined;
  region: string | undefined;
  profile: string | undefined;
  envFile: string | undefined;
}

/** Opens the connections; nothing is sent yet. */
export function openPool({ timeout, ...wire }: Wire): Promise<HttpPool> {
  return HttpPool.open({ ...wire, timeout: timeout * 1000 });
}

/** The first failure that is tried again is worth a word, since it may take minutes; the others are details. */
export function retryPolicy({ retries, signal, report }: Wire): RetryPolicy {
  let said = false;
  return {
    retries,
    signal,
    onRetry(fault, delay) {
      const text = `${fault.message} (${fault.code}); trying again in ${(delay / 1000).toFixed(1)} s`;
      if (said) report.detail(text);
      else report.note(`${text}, up to ${retries} times`);
      said = true;
    },
  };
}

/** Finds address and credentials; nothing is sent to the store yet. */
export async function openS3(
  settings: S3Settings,
  wire: Wire,
  pool: HttpPool,
): Promise<{ store: S3Store; credentials: CredentialSource }> {
  const { environment, report, maxFileBytes } = wire;
  const variables = await Variables.read(environment, settings.envFile, report, maxFileBytes);
  const address = await findS3Address(variables, { ...settings, environment });
  const credentials = await findCredentials(variables, settings.profile);
  report.detail(`${address.endpoint}: ${address.source}; credentials from ${credentials.name}`);
  return { store: new S3Store(address, pool, credentials, retryPolicy(wire)), credentials };
}
