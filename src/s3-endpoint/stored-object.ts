/** What the endpoint knows of an object beside its bytes; kept as JSON in the bucket's `metadata` folder. */
export interface StoredObject {
  key: string;
  /** Bytes. */
  size: number;
  /** Without quotes: the MD5 of the bytes in hex, or of the parts' MD5s with `-N` for N parts. */
  etag: string;
  /** ISO 8601, UTC. */
  modified: string;
  /** What a client gets back as it sent it: `content-type`, `x-amz-meta-…` and their like, names in lower case. */
  headers: Record<string, string>;
}
