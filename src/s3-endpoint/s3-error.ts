/** The errors an S3 store answers with: code, HTTP status and words as Amazon's API reference has them. */

const KNOWN = {
  AccessDenied: [403, 'Access Denied'],
  AuthorizationHeaderMalformed: [400, 'The authorization header is malformed'],
  BadDigest: [400, 'The digest you specified did not match what we received'],
  BucketAlreadyOwnedByYou: [409, 'The bucket exists already and is yours'],
  BucketNotEmpty: [409, 'The bucket you tried to delete is not empty'],
  EntityTooLarge: [400, 'The body is larger than this request may have'],
  EntityTooSmall: [400, 'A part but the last is smaller than 5 MiB'],
  IncompleteBody: [400, 'The body does not have the number of bytes the header says'],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InvalidAccessKeyId: [403, 'The access key you provided does not exist in our records'],
  InvalidArgument: [400, 'Invalid argument'],
  InvalidBucketName: [400, 'The specified bucket is not valid'],
  InvalidDigest: [400, 'The Content-MD5 you specified is not valid'],
  InvalidPart: [400, 'A part was not found, or its ETag is another one'],
  InvalidPartOrder: [400, 'The list of parts is not in ascending order'],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  InvalidRequest: [400, 'Invalid request'],
  InvalidToken: [400, 'The provided token is malformed or otherwise invalid'],
  InvalidURI: [400, 'The specified URI could not be parsed'],
  KeyTooLongError: [400, 'The key is longer than 1,024 bytes'],
  MalformedXML: [400, 'The XML you provided was not well formed or not as our schema has it'],
  MetadataTooLarge: [400, 'The user metadata are larger than 2 KiB'],
  MethodNotAllowed: [405, 'The method is not allowed against this resource'],
  MissingContentLength: [411, 'You must provide the Content-Length header'],
  MissingSecurityHeader: [400, 'The request lacks a required header'],
  NoSuchBucket: [404, 'The specified bucket does not exist'],
  NoSuchKey: [404, 'The specified key does not exist'],
  NoSuchUpload: [404, 'The upload does not exist; it may have been aborted or completed'],
  NotImplemented: [501, 'This store does not do what the request asks for'],
  RequestTimeTooSkewed: [403, 'The difference between the request time and the current time is too large'],
  RequestTimeout: [400, 'The socket was not read from or written to within the time-out'],
  ServiceUnavailable: [503, 'Please reduce your request rate'],
  SignatureDoesNotMatch: [403, 'The signature we calculated does not match the one you provided'],
  SlowDown: [503, 'Please reduce your request rate'],
  XAmzContentSHA256Mismatch: [400, 'The x-amz-content-sha256 header does not match what was computed'],
} as const satisfies Record<string, readonly [number, string]>;

export type S3ErrorCode = keyof typeof KNOWN;

export const isS3ErrorCode = (word: string): word is S3ErrorCode => Object.hasOwn(KNOWN, word);

/** An answer other than success. */
export class S3Error extends Error {
  readonly code: S3ErrorCode;
  readonly status: number;

  constructor(code: S3ErrorCode, message: string = KNOWN[code][1]) {
    super(message);
    this.name = 'S3Error';
    this.code = code;
    this.status = KNOWN[code][0];
  }
}
