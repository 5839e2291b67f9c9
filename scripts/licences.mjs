/**
 * Prints docs/licences.md: what is installed with the toolkit, and under which licences, as the lockfile has it.
 * `npm run licences` writes the file.
 */
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const direct = new Set(Object.keys(packages[''].dependencies));

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

const rows = Object.entries(packages)
  .filter(([path, { dev }]) => path !== '' && !dev)
  .map(([path, { version, license, optional }]) => {
    const name = nameOf(path);
    const needed = path === `node_modules/${name}` && direct.has(name) ? 'by the toolkit' : 'by others';
    return `| ${name} | ${version} | ${license} | ${needed}${optional ? ', on some machines' : ''} |`;
  });

process.stdout.write(`# Licences

The toolkit is under the [MIT licence](../LICENSE). With it npm installs these packages, each under the licence that it
names itself. What only its developers need (\`devDependencies\`) is not among them. \`npm run licences\` writes this page
from \`package-lock.json\`; none of these packages needs an install script.

| package | version | licence | needed |
|---|---|---|---|
${[...new Set(rows)].sort().join('\n')}
`);
