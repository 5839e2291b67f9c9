/**
 * Starts the endpoint as a program of its own:
 * `node dist/s3-endpoint/serve.js --directory DIR --access-key KEY --secret-key SECRET [--port N]
 * [--create-bucket NAME]… [--allow-faults]`. Prints `{"url": …, "directory": …}` on one line once it listens, and
 * ends on SIGTERM or SIGINT.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startEndpoint } from './endpoint.js';

async function serve(): Promise<void> {
  const { values } = parseArgs({
    options: {
      directory: { type: 'string' },
      port: { type: 'string', default: '0' },
      'access-key': { type: 'string' },
      'secret-key': { type: 'string' },
      'create-bucket': { type: 'string', multiple: true, default: [] },
      'allow-faults': { type: 'boolean', default: false },
    },
  });
  const { directory, 'access-key': accessKey, 'secret-key': secretKey } = values;
  if (!directory || !accessKey || !secretKey)
    throw new Error('--directory, --access-key and --secret-key are needed');
  if (!/^\d{1,5}$/.test(values.port)) throw new Error(`--port must be a number, not "${values.port}"`);
  const endpoint = await startEndpoint({
    directory: resolve(directory),
    port: Number(values.port),
    accessKey,
    secretKey,
    buckets: values['create-bucket'],
    faultControl: values['allow-faults'],
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => endpoint.stop());
  process.stdout.write(`${JSON.stringify({ url: endpoint.url, directory: resolve(directory) })}\n`);
}

serve().catch((error: Error) => {
  process.stderr.write(`s3-endpoint: ${error.message}\n`);
  process.exitCode = 2;
});
