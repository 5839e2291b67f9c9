/**
 * Builds, for `npm install`, `npm pack` and `npm install -g .`. The last links this folder and installs nothing into
 * it; so what is needed to build and to run is installed first, where it is missing.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const npm = (...args) => execFileSync('npm', args, { stdio: 'inherit', shell: process.platform === 'win32' });

if (!existsSync('node_modules/typescript'))
  npm('ci', '--ignore-scripts', '--global=false', '--include=dev', '--no-audit', '--no-fund');
npm('run', '--global=false', 'build');
