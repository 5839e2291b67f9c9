import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `package.json`, sought upwards, because the build moves modules together. */
function folderAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : folderAbove(dirname(folder));
}

/** Where the toolkit is installed: the folder of `package.json`, `pipeline.mk`, `bin` and `dist`. */
export const toolkitFolder = folderAbove(dirname(fileURLToPath(import.meta.url)));
