import { storeError } from '../errors.js';
import { defineCommand } from '../shell/command.js';
import { defaultJobs } from '../shell/options.js';
import type { Incoming } from '../store/incoming.js';
import { Tally } from '../store/receipt.js';
import type { StoreFault } from '../store/store-fault.js';
import { writeFileAtomically } from '../streams/atomic-file.js';
import { Output } from '../streams/output.js';
import { toolkitVersion } from '../version.js';
import { DEFAULT_JOBS, destinationOf, options } from './upload-options.js';

export const command = defineCommand({
  name: 'fc-upload',
  summary: 'stores vignettes in an S3 bucket, and says so only when they are there',
  examples: [
    'fc-upload --bucket plankton --prefix cruise/run1 < vignettes.tar > receipts.ndjson',
    'fc-lst2csv RUN --format ndjson | fc-decollage | fc-exif | fc-upload --bucket plankton',
    'fc-upload --bucket plankton --confirm s3_upload_complete.txt --expect 475 vignettes.tar',
    'fc-upload --bucket plankton --tar-key cruise/run1.tar < vignettes.tar',
  ],
  operands: '[FILE|FOLDER…]',
  notes:
    'FILE is a vignette stream (.tar, or - for stdin, also where nothing is named), an image, a mask or a sidecar.\n' +
    'Keys come from the environment, from .env in the working folder (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ' +
    'AWS_URL_ENDPOINT) or from ~/.aws. What is there with the same bytes is not sent again; nothing is deleted.\n' +
    'An archive can have 10,000 parts: 156 GiB with the --part-size that is set, 4.8 TiB with 512MiB.',
  options,
  outlivesReader: true,
  readsInput: ({ operands }) => operands.length === 0 || operands.includes('-'),

  async run({ options, operands, input, output: stdout, report, skips, signal }) {
    const { to, prefix } = destinationOf(options, operands);
    const { sidecars, confirm, expect, 'allow-empty': allowEmpty } = options;
    const { Incoming } = await import('../store/incoming.js');
    const forApi = 'api' in to;
    const limits = {
      maxEntryBytes: options['max-entry-bytes'],
      maxHeaderBytes: options['max-header-bytes'],
      maxFileBytes: options['max-file-bytes'],
    };
    const wanted = { prefix, sidecars, forApi, expect, allowEmpty, limits };
    const incoming = new Incoming({ operands, input, ...wanted, report, skips, signal });
    if (options['dry-run']) {
      if ('archive' in to && to.archive !== undefined) await incoming.readArchive(incoming.archive());
      else
        for await (const { key, bytes } of incoming.toStore()) report.detail(`${key}: ${bytes.length} bytes`);
      incoming.checkCount();
      report.summary(`${incoming.vignettes} vignettes, ${megabytes(incoming.bytes)}: all well, nothing sent`);
      return;
    }

    const { clearConfirmation, confirmation } = await import('../store/confirmation.js');
    const { openPool } = await import('../store/connect.js');
    const { deliver } = await import('../store/deliver.js');
    const { ReceiptWriter } = await import('../store/receipt-writer.js');
    if (confirm !== undefined) await clearConfirmation(confirm);
    const wire = {
      jobs: options.jobs ?? (process.env.FC_JOBS ? defaultJobs() : DEFAULT_JOBS),
      timeout: options.timeout,
      retries: options.retries,
      caFile: options['ca-file'],
      maxAnswerBytes: options['max-answer-bytes'],
      maxFileBytes: options['max-file-bytes'],
      environment: process.env,
      report,
      signal,
    };
    const pool = await openPool(wire);
    const receipts = new ReceiptWriter(new Output(stdout));
    const tally = new Tally();
    let endpoint = '';
    try {
      for await (const receipt of deliver(incoming, to, wire, pool, (known) => (endpoint = known))) {
        tally.add(receipt);
        await receipts.write(receipt);
        report.progress(`${tally.stored} objects, ${megabytes(tally.bytes)}`);
      }
    } catch (error) {
      if (tally.stored > 0 && !signal.aborted) report.note(`${tally.counts}; ${AGAIN}`);
      const fault = isFault(error);
      throw fault === undefined ? error : refused(fault, to.bucket, endpoint, tally.stored > 0);
    } finally {
      await pool.close();
      await receipts.end();
      if (signal.aborted) report.note(unfinished(tally, incoming));
    }
    signal.throwIfAborted();
    report.summary(`${tally.counts}, ${megabytes(tally.bytes)} at ${endpoint}`);
    if (tally.firstFailure !== undefined) throw notStored(tally);
    incoming.checkCount();
    if (confirm === undefined) return;
    const text = confirmation({
      bucket: to.bucket,
      prefix,
      endpoint,
      tally,
      vignettes: incoming.vignettes,
      skipped: options['skipped-before'] + skips.count,
      version: toolkitVersion(),
    });
    await writeFileAtomically(confirm, text, { durable: true });
  },
});

const AGAIN = 'the same command again sends what is missing';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Told by its name, so that what comes with it is loaded for uploads only. */
const isFault = (error: unknown): StoreFault | undefined =>
  error instanceof Error && 'verdict' in error ? (error as StoreFault) : undefined;

function refused(
  { message, code, verdict, hint }: StoreFault,
  bucket: string,
  endpoint: string,
  hasWay: boolean,
) {
  const mayPass = verdict === 'retry' && !hasWay;
  return storeError(`bucket ${bucket} at ${endpoint}: ${message} (${code})`, {
    hint: hint ?? (mayPass ? AGAIN : undefined),
  });
}

function notStored({ byStatus, stored, firstFailure }: Tally) {
  const { failed } = byStatus;
  return storeError(
    `${failed} of ${failed + stored} objects are not stored; the first is ${firstFailure!.key}: ${firstFailure!.error}`,
    { hint: 'the receipts name them all' },
  );
}

function unfinished(tally: Tally, { objects }: Incoming): string {
  const missing = objects - tally.stored;
  const came = missing > 0 ? `${missing} objects that had come in are not stored, and ` : '';
  return `${tally.counts}; ${came}what had not come in is not; ${AGAIN}`;
}
