/** Reads tar archives with a reader that is not ours. */
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';

/** Name and bytes of every entry, in order. */
export async function entriesOf(archive: Uint8Array): Promise<{ name: string; bytes: Buffer }[]> {
  const entries: { name: string; bytes: Buffer }[] = [];
  for await (const entry of Readable.from([archive]).pipe(extract())) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    entries.push({ name: entry.header.name, bytes: Buffer.concat(parts) });
  }
  return entries;
}

/** The entries' names, in order. */
export const namesOf = async (archive: Uint8Array): Promise<string[]> =>
  (await entriesOf(archive)).map(({ name }) => name);
