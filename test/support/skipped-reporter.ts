import type { Reporter, TestModule } from 'vitest/node';

/** Says at the end what was skipped and why, so that a green run does not hide what it left out. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules)
      for (const test of module.children.allTests('skipped')) {
        const why = /\[skipped: (.*?)\]/.exec(test.fullName)?.[1];
        if (why !== undefined) counts.set(why, (counts.get(why) ?? 0) + 1);
      }
    if (counts.size === 0) return;
    const lines = [...counts].map(([why, count]) => `  ${String(count).padStart(4)}  ${why}\n`);
    process.stdout.write(`\n Skipped tests, and why (make test-real skips nothing):\n${lines.join('')}\n`);
  }
}
