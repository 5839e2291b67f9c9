/** Loaded into every node process of a measured line: notes at its end how much memory it took at most. */
import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';

process.on('exit', () => {
  const command = basename(process.argv[1] ?? '');
  const bytes = process.resourceUsage().maxRSS * 1024;
  appendFileSync(process.env.BENCH_PEAKS!, `${JSON.stringify({ command, bytes })}\n`);
});
