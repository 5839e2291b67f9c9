/** What fc-upload can be told, and what of it goes together. */
import { usageError } from '../errors.js';
import {
  allowEmpty,
  bytes,
  expect,
  flag,
  integer,
  maxAnswerBytes,
  maxEntryBytes,
  maxFileBytes,
  maxHeaderBytes,
  number,
  type OptionValues,
  onError,
  oneOf,
  skipped,
  text,
  value,
  valueOr,
} from '../shell/options.js';
import type { ApiDelivery, S3Delivery } from '../store/deliver.js';
import { keyFault, keyPrefix } from '../store/object-key.js';
import { parseApiUrl } from '../store/object-store-api.js';

/** Requests wait for the store, not for a core: more of them at once than cores do no harm. */
export const DEFAULT_JOBS = 16;
const MEBIBYTE = 2 ** 20;
const DEFAULT_PART = 16 * MEBIBYTE;
/** The least that S3 takes for a part, and the most that we hold in memory for one. */
const [LEAST_PART, MOST_PART] = [5 * MEBIBYTE, 512 * MEBIBYTE];

const WHERE = 'Where to';
const ARCHIVE = 'One archive';
const API = 'External API';
const LINE = 'Connection';

export const options = {
  bucket: { ...value('NAME', 'the bucket', bucketName), group: WHERE },
  prefix: {
    ...value('TEXT', 'what stands before every name; a / is added to it', text),
    group: WHERE,
  },
  'endpoint-url': { ...value('URL', 'the store, where environment and .env do not say', text), group: WHERE },
  region: {
    ...value('NAME', 'the region (default at endpoints of your own: us-east-1)', text),
    group: WHERE,
  },
  'env-file': { ...value('FILE', 'read keys and endpoint from FILE instead of .env', text), group: WHERE },
  profile: { ...value('NAME', 'take the keys of this profile in ~/.aws', text), group: WHERE },
  sidecars: flag('store the JSON beside each vignette, too'),
  'no-replace': flag('objects that are there with other bytes stay, and count as failed'),
  'dry-run': flag('read and check everything, contact nothing'),
  verify: valueOr(
    'etag',
    'etag|head',
    "by what an object is verified: its ETag or, where ETags are no MD5s, the store's answer to HEAD",
    oneOf('etag', 'head'),
  ),
  confirm: value('FILE', 'write FILE once every object is stored and verified, and never otherwise', text),
  'skipped-before': valueOr(
    0,
    'N',
    'how many records earlier steps left out, for the confirmation',
    integer(0),
  ),
  expect,
  'allow-empty': allowEmpty,
  'on-error': onError,
  skipped,
  'tar-key': { ...value('KEY', 'store the whole stream as one object', text), group: ARCHIVE },
  'part-size': {
    ...value(
      'SIZE',
      'bytes of a part, of which there can be 10,000 (default: 16MiB)',
      bytes(LEAST_PART, MOST_PART),
    ),
    group: ARCHIVE,
  },
  'abort-stale': { ...flag('abort unfinished uploads of KEY that others have left'), group: ARCHIVE },
  'request-checksum': {
    ...value(
      'when-required|when-supported',
      'checksums of parts (default: when-required at endpoints of your own)',
      oneOf('when-required', 'when-supported'),
    ),
    group: ARCHIVE,
  },
  'api-url': { ...value('URL', 'store through an object store API: https://host/upload/', text), group: API },
  replace: { ...flag('send files whose names are there already, too'), group: API },
  jobs: {
    ...value('N', `how many requests at once (default: FC_JOBS, or ${DEFAULT_JOBS})`, integer(1, 256)),
    group: LINE,
  },
  timeout: {
    ...valueOr(60, 'S', 'seconds that a request may take, beside the time for its bytes', number(0.1, 3600)),
    group: LINE,
  },
  retries: {
    ...valueOr(8, 'N', 'how often a request is tried again, ever more slowly', integer(0, 100)),
    group: LINE,
  },
  'ca-file': { ...value('FILE', 'trust the certificates in FILE (PEM), too', text), group: LINE },
  'max-entry-bytes': maxEntryBytes,
  'max-header-bytes': maxHeaderBytes,
  'max-file-bytes': maxFileBytes,
  'max-answer-bytes': maxAnswerBytes,
};

export type UploadOptions = OptionValues<typeof options>;

/** A bucket's name stands in hosts and paths; stores other than Amazon's take more than it does, `tenant:bucket` too. */
function bucketName(typed: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]{0,254}$/.test(typed))
    throw new Error('must be letters, digits, dots and dashes');
  return typed;
}

const FOR_S3 = ['endpoint-url', 'region', 'env-file', 'profile', 'prefix', 'no-replace', 'tar-key'] as const;
const FOR_ARCHIVES = ['part-size', 'abort-stale', 'request-checksum'] as const;

/**
 * Where to, and how.
 *
 * @throws a usage error for options that do not go together
 */
export function destinationOf(
  options: UploadOptions,
  operands: string[],
): { to: S3Delivery | ApiDelivery; prefix: string } {
  const { bucket, confirm, replace, verify, 'tar-key': tarKey, 'api-url': apiUrl } = options;
  if (bucket === undefined) throw usageError('--bucket is needed', { hint: 'see fc-upload --help' });
  if (options['dry-run'] && confirm !== undefined)
    throw usageError('--dry-run stores nothing, so there is nothing to --confirm');
  if (apiUrl !== undefined) {
    refuse(options, [...FOR_S3, ...FOR_ARCHIVES], 'cannot be used with --api-url');
    return { to: { api: parseApiUrl(apiUrl), bucket, replace }, prefix: '' };
  }
  if (replace)
    throw usageError('--replace is for --api-url', { hint: 'in S3, what has changed is replaced anyway' });
  const prefix = keyPrefix(options.prefix ?? '');
  const fault = prefix === '' ? undefined : keyFault(prefix.slice(0, -1));
  if (fault !== undefined) throw usageError(`--prefix ${fault}`);
  const s3 = {
    bucket,
    endpoint: options['endpoint-url'],
    region: options.region,
    profile: options.profile,
    envFile: options['env-file'],
    verify,
    replace: !options['no-replace'],
  };
  if (tarKey === undefined) {
    refuse(options, FOR_ARCHIVES, 'is for --tar-key');
    return { to: { ...s3, archive: undefined }, prefix };
  }
  refuse(options, ['sidecars'], 'is not for --tar-key, which stores the stream as it is');
  const key = prefix + tarKey;
  const keyIs = keyFault(key);
  if (keyIs !== undefined) throw usageError(`--tar-key ${keyIs}`);
  if (operands.length > 1 || (operands[0] !== undefined && !/^-$|\.tar$/i.test(operands[0])))
    throw usageError('--tar-key stores one archive: a .tar file, or the stream on stdin');
  const archive = {
    key,
    partSize: options['part-size'] ?? DEFAULT_PART,
    abortStale: options['abort-stale'],
    checksums: options['request-checksum'],
  };
  return { to: { ...s3, archive }, prefix };
}

function refuse(options: UploadOptions, names: readonly (keyof UploadOptions)[], why: string): void {
  for (const name of names)
    if (options[name] !== undefined && options[name] !== false) throw usageError(`--${name} ${why}`);
}
