/**
 * Keys of objects. Names come from strangers' archives, so a key is checked before anything is sent and encoded
 * segment by segment: `new URL` would resolve `..` into another bucket.
 */

/** What S3 takes for a key, in bytes of UTF-8. Source: Amazon S3 user guide, "Naming Amazon S3 objects". */
const MOST_BYTES = 1024;

/** A prefix as it stands before names: empty, or ending in exactly the slash that a person may leave out. */
export const keyPrefix = (typed: string): string =>
  typed === '' || typed.endsWith('/') ? typed : `${typed}/`;

/** Why text cannot be a key; undefined where it can. Completes "this key …". */
export function keyFault(key: string): string | undefined {
  const bytes = Buffer.byteLength(key);
  if (bytes > MOST_BYTES) return `has ${bytes} bytes, and a store takes ${MOST_BYTES}`;
  if (/[\u0000-\u001f\u007f-\u009f]/.test(key)) return 'has a control character in it';
  if (key.includes('\ufffd')) return 'is not UTF-8';
  if (key.split('/').some((segment) => segment === '' || segment === '.' || segment === '..'))
    return 'has an empty, "." or ".." part';
  return undefined;
}

/** Percent-encodes all but unreserved characters (RFC 3986), as signatures want it. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The path of a key in a URL. */
export const encodeKey = (key: string): string => key.split('/').map(percentEncode).join('/');
