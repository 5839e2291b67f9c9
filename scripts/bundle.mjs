/**
 * Joins what each program loads into few files below `dist/programs`: to find and compile some forty modules, and
 * yargs with its own, takes longer than most commands need for their work. Libraries with files or binaries of
 * their own stay outside.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { bin, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** What the starter of a program in `bin` loads. */
const startOf = (program) =>
  program === 'fc-pipeline'
    ? `import { startMake } from './pipeline/start-make.js';
       process.exitCode = await startMake(process.argv.slice(2));`
    : `import { start } from './shell/start.js';
       import { command } from './commands/${program.replace('fc-', '')}.js';
       await start(command);`;

const { helpPage } = await import('../dist/shell/help-page.js');

// Names of shared files change with what is in them.
rmSync('dist/programs', { recursive: true, force: true });

for (const program of Object.keys(bin)) {
  const start = `dist/start-${program}.js`;
  writeFileSync(start, startOf(program));
  // The recipes of pipeline.mk have a program of their own.
  const recipes = program === 'fc-pipeline' ? { main: 'dist/pipeline/main.js' } : {};
  await build({
    entryPoints: { start, ...recipes },
    outdir: `dist/programs/${program}`,
    bundle: true,
    // What is loaded only when needed stays in files of its own.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: Object.keys(dependencies).filter((name) => name !== 'yargs'),
    alias: { 'string-width': './dist/shell/text-width.js' },
    // Names stay, and so do lines: stack traces must be of use.
    minifySyntax: true,
    // Yargs asks this as soon as it is loaded, and to look at a stdout that is a pipe makes it non-blocking for
    // all who share it (see src/shell/stdout.ts). The width of --help is ours to give.
    define: { 'process.stdout.columns': 'undefined' },
    logLevel: 'warning',
  });
  if (program !== 'fc-pipeline') {
    const { command } = await import(`../dist/commands/${program.replace('fc-', '')}.js`);
    writeFileSync(`dist/programs/${program}/help.txt`, `${await helpPage(command)}\n`);
  }
}
