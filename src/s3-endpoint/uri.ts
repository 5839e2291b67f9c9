/** Percent-encoding as S3 signs and lists it: all but the unreserved characters of RFC 3986, in UTF-8. */
import { S3Error } from './s3-error.js';

export const encodeUri = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The same, with the slashes of a path left as they are. */
export const encodePath = (path: string): string => path.split('/').map(encodeUri).join('/');

/** @throws S3Error InvalidURI where an escape is no UTF-8 */
export function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI');
  }
}
