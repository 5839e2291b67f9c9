/** What the lockfile brings onto a machine: no unknown install scripts, known licences, all of it pinned. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, run } from '../support/programs.js';

interface Package {
  version?: string;
  license?: string;
  integrity?: string;
  resolved?: string;
  hasInstallScript?: boolean;
}

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Package>;
};
const installed = Object.entries(packages).filter(([path]) => path !== '');

/** Packages that may have an install script, and why. */
const INSTALL_SCRIPTS: Record<string, string> = {
  'node_modules/esbuild':
    'checks that its binary, a package of its own, is there; `npm ci --ignore-scripts` builds all the same',
};

/** Licences that let anybody use the toolkit with the package; LGPL and MPL ask only for changes to the package itself. */
const LICENCES = ['0BSD', 'Apache-2.0', 'BSD-3-Clause', 'ISC', 'LGPL-3.0-or-later', 'MIT', 'MPL-2.0', 'Zlib'];

test('no package has an install script, but those that are known by name', () => {
  const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
  expect(scripts).toEqual(Object.keys(INSTALL_SCRIPTS));
});

test('every package has a licence that is accepted', () => {
  const others = installed.filter(([, { license = 'none' }]) =>
    license
      .replace(/^\((.*)\)$/, '$1')
      .split(/ AND | OR /)
      .some((one) => !LICENCES.includes(one)),
  );
  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});

test('every package is pinned by version and digest, and comes from a registry', () => {
  const loose = installed.filter(
    ([, { version, integrity, resolved }]) =>
      version === undefined ||
      !integrity?.startsWith('sha512-') ||
      // Where nothing is said, it is the registry that the machine is set up for.
      (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')),
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});

test('docs/licences.md lists what is installed with the toolkit (npm run licences)', async () => {
  const { stdout, status } = await run('node', [join(root, 'scripts/licences.mjs')]);
  expect(status).toBe(0);
  expect(readFileSync(join(root, 'docs/licences.md'), 'utf8')).toBe(stdout.toString());
});
