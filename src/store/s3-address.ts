/** Where a bucket is: endpoint, region, and how its name stands in a URL. */
import { usageError } from '../errors.js';
import { readAwsProfile } from './aws-profile.js';
import { percentEncode } from './object-key.js';
import type { Setting, Variables } from './variables.js';

export interface S3Address {
  bucket: string;
  region: string;
  /** `https://host:port`, with the bucket in the host where it stands there. */
  origin: string;
  /** What stands before a key in the path: `/`, or `/bucket/`. */
  root: string;
  /** The endpoint as a person knows it, without a slash at its end. */
  endpoint: string;
  /** Not one of Amazon's own. */
  custom: boolean;
  /** Where endpoint and region come from, for people. */
  source: string;
}

export interface S3AddressOptions {
  bucket: string;
  endpoint: string | undefined;
  region: string | undefined;
  profile: string | undefined;
  environment: NodeJS.ProcessEnv;
}

/** In order of precedence; the last is the name that users of JASMIN already have in their `.env`. */
const ENDPOINT_VARIABLES = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL', 'AWS_URL_ENDPOINT'];
const REGION_VARIABLES = ['AWS_REGION', 'AWS_DEFAULT_REGION'];

/**
 * Finds the endpoint and the region: by option, by variable, by profile.
 *
 * @throws a usage error for an endpoint that is no URL, and where Amazon's own endpoints lack a region
 */
export async function findS3Address(variables: Variables, options: S3AddressOptions): Promise<S3Address> {
  const { bucket, environment } = options;
  const profile = options.profile ?? variables.inEnvironment('AWS_PROFILE') ?? 'default';
  const fromProfile = await readAwsProfile(profile, environment);
  const endpoint = first(
    options.endpoint && { value: options.endpoint, source: '--endpoint-url' },
    ...ENDPOINT_VARIABLES.map((name) => variables.get(name)),
    fromProfile.endpoint && { value: fromProfile.endpoint, source: `profile "${profile}"` },
  );
  const region = first(
    options.region && { value: options.region, source: '--region' },
    ...REGION_VARIABLES.map((name) => variables.get(name)),
    fromProfile.region && { value: fromProfile.region, source: `profile "${profile}"` },
    endpoint && { value: 'us-east-1', source: 'the default' },
  );
  if (region === undefined)
    throw usageError('there is neither an endpoint nor a region', {
      hint: "set AWS_URL_ENDPOINT in .env or the environment, give --endpoint-url, or --region for Amazon's stores",
    });
  if (!/^[a-z0-9-]{1,64}$/i.test(region.value))
    throw usageError(`"${region.value}" is no name for a region (${region.source})`);
  if (endpoint === undefined) return amazon(bucket, region);
  const url = parseEndpoint(endpoint);
  const base = url.pathname.replace(/\/+$/, '');
  return {
    bucket,
    region: region.value,
    origin: url.origin,
    root: `${base}/${percentEncode(bucket)}/`,
    endpoint: `${url.origin}${base}`,
    custom: true,
    source: `endpoint from ${endpoint.source}, region ${region.value} from ${region.source}`,
  };
}

const first = (...settings: (Setting | '' | undefined)[]): Setting | undefined =>
  settings.find((setting): setting is Setting => Boolean(setting));

/** @throws a usage error that never repeats the text: people put passwords into URLs */
function parseEndpoint({ value, source }: Setting): URL {
  const hint = 'an endpoint looks like https://store.example.org';
  let url: URL;
  try {
    url = new URL(value);
  } catch (cause) {
    throw usageError(`the endpoint is no URL (${source})`, { hint, cause });
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw usageError(`the endpoint is neither https:// nor http:// (${source})`, { hint });
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw usageError(`the endpoint has more than host, port and path (${source})`, { hint });
  return url;
}

/** Amazon's own. A bucket with dots in its name would not match the certificate's `*.s3…`, so it goes in the path. */
function amazon(bucket: string, { value: region, source }: Setting): S3Address {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const host = `s3.${region}.${domain}`;
  const inHost = /^[a-z0-9-]+$/.test(bucket);
  return {
    bucket,
    region,
    origin: inHost ? `https://${bucket}.${host}` : `https://${host}`,
    root: inHost ? '/' : `/${percentEncode(bucket)}/`,
    endpoint: `https://${host}`,
    custom: false,
    source: `Amazon's endpoint, region from ${source}`,
  };
}
