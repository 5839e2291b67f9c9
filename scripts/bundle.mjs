/**
 * Joins what each program loads into few files below `dist/programs`: to find and compile some forty modules, and
 * yargs with its own, takes longer than most commands need for their work. Libraries with files or binaries of
 * their own stay outside.
 */
import { readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { bin, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

/** What the starter of a program in `bin`, or a rule of pipeline.mk, loads. */
const entriesOf = (program) =>
  program === 'fc-pipeline'
    ? { 'start-make': 'dist/pipeline/start-make.js', main: 'dist/pipeline/main.js' }
    : { start: 'dist/shell/start.js', command: `dist/commands/${program.replace('fc-', '')}.js` };

// Names of shared files change with what is in them.
rmSync('dist/programs', { recursive: true, force: true });

for (const program of Object.keys(bin)) {
  await build({
    entryPoints: entriesOf(program),
    outdir: `dist/programs/${program}`,
    bundle: true,
    // What is loaded only when needed stays in files of its own.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: Object.keys(dependencies).filter((name) => !name.startsWith('yargs')),
    alias: { 'string-width': './dist/shell/text-width.js' },
    // Names stay, and so do lines: stack traces must be of use.
    minifySyntax: true,
    // Yargs asks this as soon as it is loaded, and to look at a stdout that is a pipe makes it non-blocking for
    // all who share it (see src/shell/stdout.ts). The width of --help is ours to give.
    define: { 'process.stdout.columns': 'undefined' },
    logLevel: 'warning',
  });
}
