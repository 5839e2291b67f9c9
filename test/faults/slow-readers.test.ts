/** A reader that stops: whoever writes waits for it, in little memory, however much there is to come. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { paddingOf } from '../../src/streams/tar-header.js';
import { headText, rowText } from '../support/lists.js';
import { times } from '../support/long-part.js';
import { environment, shell } from '../support/programs.js';
import { testEndpoint } from '../support/s3.js';
import { simulate } from '../support/simulated-run.js';
import { tarBlock } from '../support/tar-blocks.js';
import { tinyTiff } from '../support/vignettes.js';
import { workdir } from '../support/workdir.js';

const MIB = 2 ** 20;
/** Seconds for which the reader stops. */
const STOP = times(2, 10);
/** What a command may take beside what Node itself does. */
const MOST = 300 * MIB;

/** Small things in a chunk. */
const CHUNK = 64;

/** Chunks of many small things, without end. */
function* inBatches(one: (index: number) => Uint8Array | string, head = ''): Generator<Buffer> {
  yield Buffer.from(head);
  for (let index = 0; ; index += CHUNK)
    yield Buffer.concat(Array.from({ length: CHUNK }, (_, at) => Buffer.from(one(index + at))));
}

const endlessList = () => inBatches((index) => `${rowText(index)}\n`, headText());

async function endlessRecords(): Promise<Generator<Buffer>> {
  const run = await simulate({ particles: 20, masks: true });
  const { stdout } = await shell('fc-lst2csv --format ndjson "$RUN"', { env: environment({ RUN: run }) });
  const records = stdout.toString().trimEnd().split('\n');
  return inBatches((index) => {
    const record = JSON.parse(records[index % records.length]!);
    return `${JSON.stringify({ ...record, index })}\n`;
  });
}

function endlessTar(): Generator<Buffer> {
  const image = tinyTiff();
  const entry = (name: string, bytes: Buffer) =>
    Buffer.concat([tarBlock({ name, size: bytes.length }), bytes, Buffer.alloc(paddingOf(bytes.length))]);
  return inBatches((index) =>
    Buffer.concat([
      entry(`run_${index}.json`, Buffer.from(`{"run":"run","index":${index}}\n`)),
      entry(`run_${index}.tif`, image),
    ]),
  );
}

interface Fed {
  child: ChildProcess;
  /** Bytes that it has taken so far. */
  taken(): number;
}

/** Starts a command whose input never ends. */
function fed(command: string, args: string[], input: Generator<Buffer>, env = environment()): Fed {
  const child = spawn(command, args, { env, cwd: workdir(), stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let taken = 0;
  const feed = async () => {
    for (const chunk of input) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (!child.stdin!.write(chunk)) await once(child.stdin!, 'drain');
      taken += chunk.length;
    }
  };
  child.stdin!.on('error', () => {});
  void feed().catch(() => {});
  return { child, taken: () => taken };
}

/** The most memory that a process has had so far, in bytes. */
const peak = ({ child }: Fed): number =>
  1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]);

/** Waits until a command has taken nothing for so long, in seconds, that it will take no more. */
async function full({ taken }: Fed, patience = 3): Promise<void> {
  for (let [before, still] = [taken(), 0]; taken() === 0 || still < patience; ) {
    await sleep(1000);
    still = taken() === before ? still + 1 : 0;
    before = taken();
  }
}

/** Reads so many bytes, and stops. */
async function read({ child }: Fed, bytes: number): Promise<void> {
  for (let size = 0; size < bytes; ) {
    const chunk = child.stdout!.read() as Buffer | null;
    if (chunk === null) await once(child.stdout!, 'readable');
    else size += chunk.length;
  }
}

/** Waits until a step is full: then it takes no more in, and its memory stays. Gives the bytes that it has taken. */
async function staysAsItIs(step: Fed): Promise<number> {
  await full(step);
  const [before, taken] = [peak(step), step.taken()];
  await sleep(STOP * 1000);
  expect(step.taken()).toBe(taken);
  expect(peak(step)).toBeLessThan(before + 4 * MIB);
  expect(peak(step)).toBeLessThan(MOST);
  return taken;
}

const whereMemoryIsSeen = existsSync('/proc/self/status') ? describe : describe.skip;

whereMemoryIsSeen('with its reader stopped', () => {
  test.each<[command: string, args: string[], input: () => Generator<Buffer> | Promise<Generator<Buffer>>]>([
    ['fc-lst2csv', ['-', '--format', 'ndjson'], endlessList],
    ['fc-decollage', ['--masks', '--format', 'png'], endlessRecords],
    ['fc-exif', [], endlessTar],
    ['fc-exif', ['--read'], endlessTar],
  ])('%s %j takes no more in, and its memory stays as it is', async (command, args, input) => {
    const step = fed(command, args, await input());
    // What it takes when it works is known once some of it has gone through.
    await read(step, 20 * MIB);
    const taken = await staysAsItIs(step);
    // And goes on when the reader does, and can be ended while it waits.
    while (step.taken() === taken) await read(step, MIB / 4);
    await full(step, 1);
    const ended = once(step.child, 'close');
    step.child.kill('SIGTERM');
    step.child.stdout!.resume();
    expect(await ended).toEqual([143, null]);
  });

  test('fc-upload takes no more in while the store does not answer', async () => {
    const endpoint = await testEndpoint();
    const env = environment(endpoint.env);
    const step = fed('fc-upload', ['--bucket', 'bucket'], endlessTar(), env);
    step.child.stdout!.resume();
    const puts = () => endpoint.requests.filter(({ operation }) => operation === 'PutObject').length;
    while (puts() < 2000) await sleep(50);
    endpoint.faults.inject({ fault: 'stall', operation: 'PutObject' });
    await staysAsItIs(step);
  });

  test('fc-upload takes no more in while nobody reads its receipts', async () => {
    const endpoint = await testEndpoint();
    const step = fed('fc-upload', ['--bucket', 'bucket'], endlessTar(), environment(endpoint.env));
    await read(step, 256 * 1024);
    await staysAsItIs(step);
  });
});
