/** What can go wrong between us and a store, in words, and what it means for the rest of an upload. */
import { errorCode, systemReason } from '../errors.js';

/**
 * `retry`: may pass, try again. `object`: this object cannot be stored, others can. `end`: no request like this
 * one will succeed, so the upload ends.
 */
export type Verdict = 'retry' | 'object' | 'end';

/** A request that failed. */
export class StoreFault extends Error {
  /** The store's error code (`NoSuchBucket`), or that of the network (`ECONNRESET`). */
  readonly code: string;
  readonly verdict: Verdict;
  /** What the person can do about it. */
  readonly hint: string | undefined;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;

  constructor(
    code: string,
    words: string,
    verdict: Verdict,
    { hint, status, cause }: { hint?: string | undefined; status?: number; cause?: unknown } = {},
  ) {
    super(words, cause === undefined ? undefined : { cause });
    this.name = 'StoreFault';
    this.code = code;
    this.verdict = verdict;
    this.hint = hint;
    this.status = status;
  }
}

type Meaning = readonly [words: string, verdict: Verdict, hint?: string];

const CHECK_SECRET = 'check AWS_SECRET_ACCESS_KEY, and that it belongs to AWS_ACCESS_KEY_ID';
const CHECK_KEY = 'check AWS_ACCESS_KEY_ID, and that the endpoint is the right one';
const CHECK_RIGHTS = 'ask whoever owns the bucket for the right to list and write in it';
const NEW_SESSION = 'get new credentials and run the same command again';
const SMALLER = 'store it as an archive with --tar-key';

/**
 * The codes of S3, in words: stores such as Ceph send a code and no message.
 * Source: Amazon S3 API reference, "Error responses"; Ceph `rgw_common.cc`.
 */
const MEANINGS: Record<string, Meaning> = {
  NoSuchBucket: ['there is no such bucket', 'end', 'check --bucket and --endpoint-url'],
  AccessDenied: ['the store denies access', 'end', CHECK_RIGHTS],
  AllAccessDisabled: ['the store denies access', 'end', CHECK_RIGHTS],
  AccountProblem: ['the store has closed this account', 'end'],
  InvalidAccessKeyId: ['the store does not know this access key', 'end', CHECK_KEY],
  SignatureDoesNotMatch: ['the secret key is not the one of this access key', 'end', CHECK_SECRET],
  ExpiredToken: ['the credentials have expired', 'end', NEW_SESSION],
  TokenRefreshRequired: ['the credentials have expired', 'end', NEW_SESSION],
  InvalidToken: ['the session token is not valid', 'end', NEW_SESSION],
  RequestTimeTooSkewed: ["this machine's clock differs too much from the store's", 'end', 'set the clock'],
  AuthorizationHeaderMalformed: ['the request is signed for another region', 'end', 'give --region'],
  PermanentRedirect: ['the bucket is in another region or at another endpoint', 'end', 'give --region'],
  TemporaryRedirect: ['the bucket is being moved', 'retry'],
  InvalidBucketName: ['this is no name for a bucket', 'end', 'check --bucket'],
  MethodNotAllowed: ['this is no S3 endpoint, or not of this bucket', 'end', 'check --endpoint-url'],
  MissingContentLength: [
    'the store asks for a Content-Length that was sent',
    'end',
    'is there a proxy between?',
  ],
  QuotaExceeded: ['the quota is used up', 'end', 'make room, or ask for more'],
  UserSuspended: ['the store has suspended this user', 'end'],
  NotImplemented: ['the store cannot do this', 'end'],
  NoSuchKey: ['the object is not there', 'object'],
  NoSuchUpload: ['the store has lost the unfinished upload', 'object', 'run the same command again'],
  EntityTooLarge: ['the store does not take objects as large as this', 'object', SMALLER],
  EntityTooSmall: ['a part is smaller than the store wants', 'end', 'give a larger --part-size'],
  KeyTooLongError: ['the store does not take keys as long as this', 'object'],
  InvalidObjectName: ['the store does not take this key', 'object'],
  InvalidPart: ['the store has lost a part', 'object', 'run the same command again'],
  BadDigest: ['the bytes arrived damaged (Content-MD5)', 'retry'],
  XAmzContentSHA256Mismatch: ['the bytes arrived damaged (SHA-256)', 'retry'],
  IncompleteBody: ['the bytes arrived cut short', 'retry'],
  OperationAborted: ['another request to this object was under way', 'retry'],
  ConditionalRequestConflict: ['another request to this object was under way', 'retry'],
  RequestTimeout: ['the store waited too long for the bytes', 'retry'],
  SlowDown: ['the store asks to slow down', 'retry'],
  ServiceUnavailable: ['the store is not available', 'retry'],
  InternalError: ['the store failed inside', 'retry'],
};

/** What a bare HTTP status means where there is no code: answers to HEAD, and those of proxies. */
const CODE_OF_STATUS: Record<number, string> = {
  301: 'PermanentRedirect',
  307: 'TemporaryRedirect',
  401: 'AccessDenied',
  403: 'AccessDenied',
  405: 'MethodNotAllowed',
  408: 'RequestTimeout',
  409: 'OperationAborted',
  411: 'MissingContentLength',
  413: 'EntityTooLarge',
  429: 'SlowDown',
  500: 'InternalError',
  501: 'NotImplemented',
  503: 'ServiceUnavailable',
};

/** A fault in an answer with an error status. `code` is that in its body, where it has one. */
export function answeredFault(status: number, code?: string): StoreFault {
  const known = code !== undefined && MEANINGS[code] !== undefined ? code : CODE_OF_STATUS[status];
  const [words, verdict, hint] = known === undefined ? unknown(status) : MEANINGS[known]!;
  const shown = code !== undefined && /^\w{1,64}$/.test(code) ? code : `HTTP ${status}`;
  return new StoreFault(shown, words, verdict, { hint, status });
}

const unknown = (status: number): Meaning =>
  status >= 500 ? ['the store failed', 'retry'] : ['the store refused the request', 'end'];

const CHECK_CERTIFICATE =
  'for a private authority give --ca-file FILE or set NODE_EXTRA_CA_CERTS; checks cannot be turned off';

const NETWORK: Record<string, Meaning> = {
  ECONNREFUSED: ['nothing answers there (connection refused)', 'retry'],
  ECONNRESET: ['the connection was reset', 'retry'],
  EPIPE: ['the connection was closed', 'retry'],
  ETIMEDOUT: ['the connection timed out', 'retry'],
  EHOSTUNREACH: ['the host cannot be reached', 'retry'],
  ENETUNREACH: ['the network cannot be reached', 'retry'],
  EAI_AGAIN: ['the name of the host could not be looked up', 'retry'],
  ENOTFOUND: ['there is no host of this name', 'end', 'check --endpoint-url'],
  UND_ERR_SOCKET: ['the connection was closed before the answer', 'retry'],
  UND_ERR_CONNECT_TIMEOUT: ['no connection came about in time', 'retry'],
  UND_ERR_ABORTED: ['the proxy did not let us through', 'end', 'check HTTPS_PROXY and NO_PROXY'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['the certificate is self-signed', 'end', CHECK_CERTIFICATE],
  SELF_SIGNED_CERT_IN_CHAIN: ['the certificate is of an unknown authority', 'end', CHECK_CERTIFICATE],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['the certificate is of an unknown authority', 'end', CHECK_CERTIFICATE],
  UNABLE_TO_GET_ISSUER_CERT: ['the certificate is of an unknown authority', 'end', CHECK_CERTIFICATE],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['the certificate is of an unknown authority', 'end', CHECK_CERTIFICATE],
  CERT_HAS_EXPIRED: ['the certificate has expired', 'end'],
  CERT_NOT_YET_VALID: ['the certificate is not valid yet', 'end', "check this machine's clock"],
  ERR_TLS_CERT_ALTNAME_INVALID: ['the certificate is for another host', 'end', 'check --endpoint-url'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['it does not speak HTTPS', 'end', 'should it be http://?'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['it does not speak HTTPS', 'end', 'should it be http://?'],
};

/** A fault of the network: no answer came, or half of one. */
export function networkFault(cause: unknown): StoreFault {
  if (cause instanceof StoreFault) return cause;
  const code = errorCode(cause) ?? 'network';
  const meaning = NETWORK[code];
  if (meaning !== undefined) return new StoreFault(code, meaning[0], meaning[1], { hint: meaning[2], cause });
  if (code.startsWith('HPE_'))
    return new StoreFault(code, 'the answer is not HTTP', 'retry', { hint: 'should it be https://?', cause });
  const verdict = /TLS|SSL|CERT/.test(code) ? 'end' : 'retry';
  return new StoreFault(code, systemReason(cause), verdict, { cause });
}
