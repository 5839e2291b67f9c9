import { expect, test } from 'vitest';
import { root, run } from '../support/programs.js';

test('a command that waits for what never comes does not end as if all were well', async () => {
  const { status, stderr } = await run('node', [
    '--input-type=module',
    '-e',
    `import { runCommand } from '${root}dist/shell/run-command.js';
     await runCommand({
       name: 'fc-waits', summary: '', examples: [], operands: '', options: {},
       readsInput: () => false,
       run: () => new Promise(() => {}),
     }, []);`,
  ]);
  expect(stderr).toMatch(/^fc-waits: it stopped with its work undone/);
  // Node itself says 13 where a module waits at its top for what never comes.
  expect([3, 13]).toContain(status);
});
