/** A real S3 store for tests: a Ceph RADOS Gateway, started by the project's own script. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, inject, onTestFinished } from 'vitest';
import { installed, root } from './programs.js';
import { clientFor } from './s3.js';

const script = join(root, 'scripts/ceph-gateway.sh');
const PROGRAMS = ['ceph', 'ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'openssl', 'curl'];
/** Installing the packages may be part of the start. */
const START_TIMEOUT = 900_000;

/** Runs the script on a folder; the ports are free ones, whatever the person has set for a gateway of his own. */
const runScript = (directory: string, args: string[], env: Record<string, string> = {}) =>
  execa(script, args, { env: { FC_CEPH_DIR: directory, FC_CEPH_PORT: '', ...env } });

interface Keys {
  accessKey: string;
  secretKey: string;
}

export class Gateway {
  readonly #directory: string;
  readonly #env: Record<string, string>;

  private constructor(directory: string, env: Record<string, string>) {
    this.#directory = directory;
    this.#env = env;
  }

  /** Starts the gateway of that folder where it does not run. */
  static async start(directory: string, owner = process.pid): Promise<Gateway> {
    await runScript(directory, ['start'], { FC_CEPH_OWNER: String(owner) });
    const { stdout } = await runScript(directory, ['env']);
    const exported = stdout.matchAll(/^export (\w+)=(.*)$/gm);
    return new Gateway(directory, Object.fromEntries([...exported].map(([, name, value]) => [name, value])));
  }

  #value(name: string): string {
    const value = this.#env[name];
    if (value === undefined) throw new Error(`${script} env says nothing of ${name}`);
    return value;
  }

  /** What a program needs to reach it, for `run(…, { env: environment(gateway.env) })`. */
  get env(): Record<string, string> {
    return {
      AWS_ACCESS_KEY_ID: this.keys.accessKey,
      AWS_SECRET_ACCESS_KEY: this.keys.secretKey,
      AWS_ENDPOINT_URL_S3: this.url,
    };
  }

  /** Plain HTTP. */
  get url(): string {
    return this.#value('AWS_ENDPOINT_URL_S3');
  }

  /** HTTPS, with a certificate that nobody trusts of his own accord. */
  get tlsUrl(): string {
    return this.#value('FC_CEPH_TLS_URL');
  }

  /** Path of that certificate, for `NODE_EXTRA_CA_CERTS` or a `--ca-file`. */
  get certificate(): string {
    return this.#value('FC_CEPH_CA');
  }

  /** The owner of the buckets. */
  get keys(): Keys {
    return { accessKey: this.#value('AWS_ACCESS_KEY_ID'), secretKey: this.#value('AWS_SECRET_ACCESS_KEY') };
  }

  /** A user who is known, but has no right to the buckets. */
  get stranger(): Keys {
    return {
      accessKey: this.#value('FC_CEPH_STRANGER_ACCESS_KEY_ID'),
      secretKey: this.#value('FC_CEPH_STRANGER_SECRET_ACCESS_KEY'),
    };
  }

  /** A client for the owner; for use inside a test. */
  client(): S3Client {
    const client = clientFor(this.url, this.keys.accessKey, this.keys.secretKey);
    onTestFinished(() => client.destroy());
    return client;
  }

  /** Makes a bucket of a new name; for use inside a test. */
  async bucket(): Promise<string> {
    const Bucket = `test-${randomBytes(8).toString('hex')}`;
    await this.client().send(new CreateBucketCommand({ Bucket }));
    return Bucket;
  }

  /** Ends the gateway while the cluster behind it goes on. */
  async pause(): Promise<void> {
    await runScript(this.#directory, ['stop', 'rgw']);
  }

  async resume(): Promise<void> {
    await Gateway.start(this.#directory);
  }

  /** Ends it and removes all that is in it. */
  async reset(): Promise<void> {
    await runScript(this.#directory, ['reset']);
  }
}

/** `describe`, skipped with a reason where Ceph is not installed, unless `FC_TEST_ALL=1` demands it. */
function describeWhereInstalled(title: string, body: () => void): void {
  const lacking = PROGRAMS.filter((program) => !installed(program));
  if (lacking.length === 0 || process.env.FC_TEST_ALL === '1') describe(title, body);
  else {
    const advice = `${lacking.join(', ')} not installed; as root: scripts/ceph-gateway.sh install`;
    describe.skip(`${title} [skipped: ${advice}]`, body);
  }
}

/** Tests on the gateway that all test files share; none of them may pause it. */
export function describeCeph(title: string, body: (gateway: () => Gateway) => void): void {
  describeWhereInstalled(title, () => {
    let gateway: Gateway;
    beforeAll(async () => {
      const { directory, owner } = inject('ceph');
      gateway = await Gateway.start(directory, owner);
    }, START_TIMEOUT);
    body(() => gateway);
  });
}

/** Tests on a gateway of their own, which they may pause and resume. */
export function describeOwnCeph(title: string, body: (gateway: () => Gateway) => void): void {
  describeWhereInstalled(title, () => {
    let gateway: Gateway;
    beforeAll(async () => {
      gateway = await Gateway.start(mkdtempSync(join(tmpdir(), 'fc-ceph-')));
    }, START_TIMEOUT);
    afterAll(() => gateway?.reset());
    body(() => gateway);
  });
}
