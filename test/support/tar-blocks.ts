/** Archives put together block by block, as no honest program would. */
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

/** A header block with a proper checksum, whatever it says. */
export function tarBlock({
  name,
  size = 0,
  type = '0',
}: {
  name: string;
  size?: number;
  type?: string;
}): Buffer {
  const block = Buffer.alloc(512);
  block.write(name);
  block.write('0000644\0' + '0000000\0' + '0000000\0', 100, 'latin1');
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write('00000000000\0', 136, 'latin1');
  block.write(`        ${type}`, 148, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** An archive of files, by another writer than ours. */
export function archiveWith(files: [name: string, text: string][]): Promise<Buffer> {
  const archive = pack();
  for (const [name, text] of files) archive.entry({ name }, text);
  archive.finalize();
  return buffer(archive);
}

/** An archive of three small files; ends with its end blocks. */
export const smallArchive = (): Promise<Buffer> =>
  archiveWith([
    ['a.json', '{}\n'],
    ['a.tif', 'image'],
    [`${'b'.repeat(150)}.tif`, 'another'],
  ]);
