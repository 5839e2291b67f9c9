/**
 * Broken and hostile input of every kind, in numbers: an answer or an error of ours, never another exception, never a
 * hang, and never an answer that is no answer.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command as lst2csv } from '../../src/commands/lst2csv.js';
import { instrumentOf, parseContext, parseRunSummary } from '../../src/flowcam/context.js';
import { readList } from '../../src/flowcam/list.js';
import { judgeCollage } from '../../src/image/collage-format.js';
import { decodeCollage } from '../../src/image/decode-collage.js';
import { readCsvRows } from '../../src/streams/csv-rows.js';
import { readLines } from '../../src/streams/lines.js';
import { readNdjson } from '../../src/streams/ndjson.js';
import { readTar } from '../../src/streams/tar-reader.js';
import { readVignettes } from '../../src/streams/vignette-stream.js';
import { call, decollageRecords, recordsOf } from '../support/calls.js';
import { collect, collectAll, inChunks } from '../support/chunks.js';
import { listText } from '../support/lists.js';
import { cases, LONG, mutated } from '../support/mutations.js';
import { noise, writeTiffBytes } from '../support/rasters.js';
import { survives } from '../support/refusals.js';
import { describeReal, realRuns } from '../support/requirements.js';
import { fourRows } from '../support/run-folders.js';
import { simulate } from '../support/simulated-run.js';
import { smallArchive } from '../support/tar-blocks.js';

let folder: string;
beforeAll(async () => {
  folder = await simulate({ particles: 6, collageSize: 256 });
});

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'fc-hostile-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs `work` on that many changes of these bytes. */
async function onMutations(
  original: Uint8Array,
  few: number,
  work: (bytes: Buffer) => unknown,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(mutated(original), async (bytes) => {
      await work(bytes);
    }),
    { numRuns: cases(few) },
  );
}

/** Reads a list to its end; every row must have a cell a field, and a number where one is due. */
async function readWholeList(bytes: Uint8Array): Promise<void> {
  const { header, parts } = await readList(
    readLines(inChunks(bytes, 1000), { source: 'x.lst', legacy: true }),
    'x.lst',
  );
  for (const part of await collectAll(parts)) {
    if (!('row' in part)) continue;
    expect(part.row.cells).toHaveLength(header.fields.length);
    for (const [at, { type }] of header.fields.entries())
      if (type === 'int32' || type === 'double')
        expect(Number.isFinite(Number(part.row.cells[at]))).toBe(true);
  }
}

describe('the parsers', () => {
  test(
    'of lists',
    () => onMutations(Buffer.from(listText(fourRows)), 1500, (bytes) => survives(() => readWholeList(bytes))),
    LONG,
  );

  test(
    'of contexts and run summaries',
    async () => {
      const side = (ending: string) =>
        readFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith(ending))!));
      const [context, summary] = [side('.ctx'), side('_run_summary.txt')];
      await onMutations(context, 500, (bytes) =>
        instrumentOf(parseContext(bytes.toString('latin1')), parseRunSummary(summary.toString())),
      );
      await onMutations(summary, 500, (bytes) =>
        instrumentOf(parseContext(context.toString()), parseRunSummary(bytes.toString('latin1'))),
      );
    },
    LONG,
  );

  test(
    'of NDJSON and CSV',
    async () => {
      const lines = (bytes: Buffer) => readLines(inChunks(bytes, 333), { source: 'stdin' });
      const ndjson = Buffer.from('{"run":"r","index":0,"id":1,"x":[1,{"y":"\\u00e9"}]}\n'.repeat(3));
      await onMutations(ndjson, 1000, (bytes) => survives(() => collect(readNdjson(lines(bytes), 'stdin'))));
      const csv = Buffer.from('run,index,name\nr,0,"a ""b"", c"\nr,1,plain\nr,2,"two\nlines"\n');
      await onMutations(csv, 1000, (bytes) => survives(() => collect(readCsvRows(lines(bytes), 'stdin'))));
    },
    LONG,
  );

  test(
    'of archives',
    async () => {
      const archive = await smallArchive();
      await onMutations(archive, 1000, (bytes) => survives(() => collectAll(readTar(inChunks(bytes, 700)))));
      await onMutations(archive, 500, (bytes) => survives(() => collectAll(readVignettes(inChunks(bytes)))));
    },
    LONG,
  );

  test(
    'of TIFF directories',
    async () => {
      for (const raster of [noise(9, 7, 3), noise(9, 7, 1, 16)])
        await onMutations(writeTiffBytes(raster, {}, { rowsPerStrip: 2 }), 1000, (bytes) =>
          survives(() => judgeCollage(bytes, { file: 'x.tif' })),
        );
    },
    LONG,
  );
});

describe('collages', () => {
  test(
    'that are broken are decoded to as many pixels as they say, or refused',
    async () => {
      const collage = readFileSync(join(folder, 'run_000001.tif'));
      const path = join(scratch, 'collage.tif');
      await onMutations(collage, 150, (bytes) =>
        survives(async () => {
          writeFileSync(path, bytes);
          const { width, height, channels, depth, data } = await decodeCollage(path);
          expect(data.length).toBe((width * height * channels * depth) / 8);
        }),
      );
    },
    LONG,
  );
});

describe('the commands, on input that is broken', () => {
  /** Status 0, 1 or 3, and one line of words where it is 3. */
  const ends = ({ status, stderr }: { status: number | undefined; stderr: string }) => {
    expect([0, 1, 2, 3]).toContain(status);
    expect(stderr).not.toMatch(/\n\s+at |TypeError|RangeError|Cannot read|is not a function|undefined/);
  };

  test(
    'fc-lst2csv ends with records that fc-decollage can read, or with what went wrong',
    async () => {
      const list = join(scratch, 'run.lst');
      await onMutations(Buffer.from(listText(fourRows)), 300, async (bytes) => {
        writeFileSync(list, bytes);
        const outcome = await call(lst2csv, [list, '--format', 'ndjson', '--on-error', 'skip']);
        ends(outcome);
        const lines = outcome.stdout.toString().split('\n').slice(0, -1);
        for (const line of lines) JSON.parse(line);
        expect(lines.some((line) => line.startsWith('{"$error":'))).toBe((outcome.status ?? 0) > 1);
      });
    },
    LONG,
  );

  test(
    'fc-decollage ends with a whole archive, or with what went wrong',
    async () => {
      const records = Buffer.from(await recordsOf(folder));
      await onMutations(records, 200, async (bytes) => {
        const outcome = await decollageRecords(bytes.toString('latin1'), '--on-error', 'skip');
        ends(outcome);
        const read = collectAll(readVignettes(inChunks(outcome.stdout)));
        if (outcome.status === 0 || outcome.status === 1) await read;
        else await expect(read).rejects.toThrow();
      });
    },
    LONG,
  );
});

describeReal('the parsers, on changes of real files', () => {
  /** The head of a list: enough rows to meet every field. */
  const head = (run: string) => {
    const list = readdirSync(run).find((name) => name.endsWith('.lst'))!;
    return Buffer.from(readFileSync(join(run, list), 'latin1').split('\n').slice(0, 72).join('\n'), 'latin1');
  };

  for (const [name, run] of Object.entries(realRuns))
    test(
      `the list of ${name}`,
      () => onMutations(head(run), 200, (bytes) => survives(() => readWholeList(bytes))),
      LONG,
    );

  test(
    'a collage',
    async () => {
      const { meso } = realRuns;
      const collage = readFileSync(join(meso, readdirSync(meso).find((name) => name.endsWith('.tif'))!));
      await onMutations(collage, 15, (bytes) => survives(() => judgeCollage(bytes, { file: 'x.tif' })));
    },
    LONG,
  );
});
