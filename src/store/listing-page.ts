/** A page of ListObjectsV2. Source: Amazon S3 API reference, "ListObjectsV2". */
import { StoreFault } from './store-fault.js';

export interface ListedObject {
  key: string;
  size: number;
  etag: string;
}

export interface ListingPage {
  objects: ListedObject[];
  /** Where the next page begins; undefined on the last one. */
  next: string | undefined;
}

/**
 * Reads the XML of a page, whose fields hold neither attributes nor each other: keys come percent-encoded
 * (`encoding-type=url`), so that control characters cannot break it.
 */
export function readListing(xml: string): ListingPage {
  if (!/<ListBucketResult[\s>]/.test(xml))
    throw new StoreFault('listing', 'the answer to a listing is none', 'end', {
      hint: 'is --endpoint-url that of an S3 store?',
    });
  const encoded = field(xml, 'EncodingType') === 'url';
  const objects: ListedObject[] = [];
  for (const [, entry] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const key = unescapeXml(field(entry!, 'Key') ?? '');
    objects.push({
      key: encoded ? percentDecode(key) : key,
      size: Number(field(entry!, 'Size')),
      etag: unescapeXml(field(entry!, 'ETag') ?? '').replaceAll('"', ''),
    });
  }
  const next = field(xml, 'IsTruncated') === 'true' ? field(xml, 'NextContinuationToken') : undefined;
  return { objects, next: next === undefined ? undefined : unescapeXml(next) };
}

/** A key that cannot be decoded is none of ours; it stays as it is. */
function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

const field = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

const ENTITIES: Record<string, string> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };

const unescapeXml = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) =>
    name !== undefined
      ? (ENTITIES[name] ?? whole)
      : String.fromCodePoint(decimal !== undefined ? Number(decimal) : Number.parseInt(hex, 16)),
  );
