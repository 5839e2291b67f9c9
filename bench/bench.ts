/**
 * Measures the toolkit against its peers, prints a table and writes `bench/results.json`. Ratios are taken side by
 * side, so that they mean the same on any machine.
 *
 * `npm run bench` does all within some ten minutes, `npm run bench -- pipeline start-up` some;
 * `BENCH_SCALE=full` takes a million particles where a hundred thousand are usual.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Comparison, compare, type Outcome } from './comparison.js';
import { exiftool } from './exiftool.js';
import { Ground } from './ground.js';
import { growth, simulation, uploadGrowth } from './growth.js';
import { describeMachine } from './machine.js';
import { stopping } from './measure.js';
import { installPeers } from './peers.js';
import { pipeline } from './pipeline.js';
import { root } from './places.js';
import { startUp } from './start-up.js';
import { resultOf, tableOf } from './table.js';
import { upload } from './upload.js';

const tell = (text: string) => process.stderr.write(`bench: ${text}\n`);
const full = process.env.BENCH_SCALE === 'full';
const asked = process.argv.slice(2);

const machine = describeMachine();
const date = new Date().toISOString();
await installPeers(tell);
const ground = await Ground.prepare(full);
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => {
    process.exitCode = status;
    stopping.abort(new Error(`stopped by ${signal}`));
  });
try {
  const comparisons: Comparison[] = [
    startUp(),
    pipeline(ground),
    exiftool(ground),
    upload(ground),
    simulation(ground),
    growth(ground),
    uploadGrowth(ground),
  ];
  const known = comparisons.map(({ name }) => name);
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`there is no "${unknown}"; there are ${known.join(', ')}`);
  const outcomes: Outcome[] = [];
  for (const comparison of comparisons)
    if (asked.length === 0 || asked.includes(comparison.name))
      outcomes.push(...(await compare(comparison, tell)));
  stopping.signal.throwIfAborted();
  const results = outcomes.map(resultOf);
  const report = { date, machine, scale: full ? 'full' : 'default', run: ground.title, results };
  await writeFile(join(root, 'bench/results.json'), `${JSON.stringify(report, null, 2)}\n`);
  const { processor, cores, memory, node } = machine;
  process.stdout.write(
    `${tableOf(results)}\n\n${date.slice(0, 10)}, ${cores} × ${processor}, ${memory}, Node ${node}, ` +
      `load ${machine.loadBefore} before\n`,
  );
} catch (error) {
  tell((error as Error).message);
  process.exitCode ??= 1;
} finally {
  await ground.clear();
}
