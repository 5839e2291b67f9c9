import { PassThrough, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Output } from '../../src/streams/output.js';
import { refusalOf } from '../support/refusals.js';

/** A stream that keeps what it gets, and how many writes that took. */
function sink() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, chunks, text: () => Buffer.concat(chunks).toString() };
}

test('bytes and text arrive in order, in few pieces', async () => {
  const { stream, chunks, text } = sink();
  const output = new Output(stream);
  let expected = '';
  for (let n = 0; n < 10_000; n += 1) {
    await output.write(`é${n},`);
    await output.write(Buffer.from(`${n}\n`));
    expected += `é${n},${n}\n`;
  }
  await output.flush();
  expect(text()).toBe(expected);
  expect(chunks.length).toBeLessThan(5);
});

test('nothing is written where nothing was', async () => {
  const { stream, chunks } = sink();
  await new Output(stream).flush();
  expect(chunks).toEqual([]);
});

test('a slow reader makes the writer wait, with little in memory', async () => {
  const slow = new PassThrough();
  const output = new Output(slow);
  let written = 0;
  const writing = (async () => {
    for (; written < 64; written += 1) await output.write(Buffer.alloc(64 * 1024));
    await output.flush();
  })();
  await wait(50);
  // Half a megabyte is on its way, and nobody reads.
  expect(written).toBeLessThan(16);
  let read = 0;
  slow.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  await writing;
  expect(read).toBe(64 * 64 * 1024);
});

describe('a stream that fails', () => {
  test('is an error of ours that says why', async () => {
    const full = new Writable({
      write(_, __, done) {
        done(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' }));
      },
    });
    const output = new Output(full);
    await output.write('x');
    const error = await refusalOf(() => output.flush());
    expect(error.kind).toBe('output');
    expect(error.message).toMatch(/no space left on the device/);
    await output.write('x');
    expect((await refusalOf(() => output.flush())).message).toMatch(/no space left/);
  });

  test('a signal ends the waiting for a reader', async () => {
    const controller = new AbortController();
    const stuck = new Writable({ write() {} });
    const output = new Output(stuck, controller.signal);
    await output.write('x');
    const flushing = output.flush();
    controller.abort(new Error('interrupted'));
    await expect(flushing).rejects.toThrow('interrupted');
    await output.write('y');
    await expect(output.flush()).rejects.toThrow('interrupted');
  });
});
