/** What every command promises of its options. */
import { expect, test } from 'vitest';
import { run, shell } from './programs.js';
import { expectRefusal } from './refusals.js';
import { testWith } from './requirements.js';

/** Lines to type, after the command's name, that are refused with status 2 and these words. */
export type BadLine = [line: string, words: RegExp];

export function refusesBadLines(command: string, lines: BadLine[]): void {
  test('each of these lines is refused with status 2, one line of words, and nothing on stdout', async () => {
    const outcomes = await Promise.all(lines.map(([line]) => shell(`${command} ${line} < /dev/null`)));
    for (const [at, [line, words]] of lines.entries()) {
      expectRefusal(outcomes[at]!, 2, words);
      expect(outcomes[at]!.stdout.toString(), line).toBe('');
    }
  });
}

/** Options that every command has. */
export function hasCommonOptions(command: string, readsStdin = true): void {
  test('--help opens with examples and says how to call it; --version says the version', async () => {
    const help = await run(command, ['--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout.toString()).toMatch(new RegExp(`^${command} - .*\\n\\nExamples:\\n.*${command} `));
    expect(help.stdout.toString()).toMatch(new RegExp(`\\nUsage: ${command} `));
    for (const args of [['--version'], ['--version', '--quiet']]) {
      const version = await run(command, args);
      expect(version).toMatchObject({ status: 0, stderr: '' });
      expect(version.stdout.toString()).toMatch(new RegExp(`^${command} \\d+\\.\\d+\\.\\d+\\n$`));
    }
  });

  if (readsStdin)
    testWith(['script'], 'a terminal where a pipe is due: the help, and status 2', async () => {
      const { stdout } = await shell(`script -qec '${command} 2>&1; echo status $?' /dev/null`);
      expect(stdout.toString()).toMatch(/Examples:/);
      expect(stdout.toString()).toMatch(/status 2\r?\n$/);
    });
}
