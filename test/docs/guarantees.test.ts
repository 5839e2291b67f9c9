/** The guarantees name tests that exist, whatever these are called by now. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, run } from '../support/programs.js';

const page = readFileSync(join(root, 'docs/guarantees.md'), 'utf8');

/** What the page names: files, and titles in them. */
const named = [...page.matchAll(/`(test\/[^` ]+\.test\.ts) › ([^`]+)`/g)].map(([, file, title]) => ({
  file: file!,
  title: title!,
}));

/** The titles of all tests in these files, with those of their groups before them. */
async function titlesIn(files: string[]): Promise<Map<string, string[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'fc-titles-'));
  const list = join(folder, 'titles.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { status, stderr } = await run('node', [vitest, 'list', `--json=${list}`, ...files], { cwd: root });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const tests = JSON.parse(readFileSync(list, 'utf8')) as { name: string; file: string }[];
  rmSync(folder, { recursive: true });
  const titles = new Map<string, string[]>();
  for (const { name, file } of tests) {
    const path = file.slice(file.lastIndexOf('/test/') + 1);
    // Where a program is missing, the title says so.
    const title = name.replaceAll(' > ', ' › ').replace(/ \[skipped: .*\]/, '');
    titles.set(path, [...(titles.get(path) ?? []), title]);
  }
  return titles;
}

/** A test or a group of this title, `…` standing for any words. */
function pattern(title: string): RegExp {
  const words = title.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^(.* › )?${words.join('.+')}( › .*)?$`, 's');
}

test('every line names a test, and every test that is named is there', async () => {
  const rows = page.split('\n').filter((line) => /^\| (?!-|what |status )/.test(line));
  expect(rows.filter((row) => !row.includes('` |') || !row.includes('`test/'))).toEqual([]);
  expect(named.length).toBeGreaterThanOrEqual(rows.length);

  const files = [...new Set(named.map(({ file }) => file))];
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  const titles = await titlesIn(files);
  const missing = named.filter(
    ({ file, title }) => !titles.get(file)?.some((one) => pattern(title).test(one)),
  );
  expect(missing.map(({ file, title }) => `${file} › ${title}`)).toEqual([]);
});
