import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolkitFolder } from './toolkit-folder.js';

/** The toolkit's version, as `package.json` has it. */
export function toolkitVersion(): string {
  const { version } = JSON.parse(readFileSync(join(toolkitFolder, 'package.json'), 'utf8'));
  return version as string;
}
