/**
 * One pool of kept-open connections for all requests to a store, the AWS SDK's among them: one place for
 * proxies, certificates and deadlines.
 */
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { errorCode, inputError, systemReason } from '../errors.js';
import { LIMITS, raise } from '../limits.js';
import { readNamedFile } from '../streams/bounded-file.js';
import { networkFault, StoreFault } from './store-fault.js';

export interface HttpRequest {
  /** `https://host:port`. */
  origin: string;
  method: string;
  /** Path and query, encoded. */
  path: string;
  headers: Record<string, string>;
  body?: Uint8Array | string | undefined;
  /** How much longer it may take, in milliseconds, where there is more to do than to take the bytes. */
  patience?: number;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface HttpPoolOptions {
  /** How many objects are sent at once. */
  jobs: number;
  /** How long a request may take, in milliseconds, beside the time that its body needs. */
  timeout: number;
  /** PEM file with certificates to trust beside the usual ones. */
  caFile?: string | undefined;
  /** How much of an answer, and of `caFile`, is read, in bytes. */
  maxAnswerBytes?: number;
  maxFileBytes?: number;
  environment: NodeJS.ProcessEnv;
  /** Once aborted, requests under way get GRACE to end. */
  signal: AbortSignal;
}

/** Milliseconds that requests under way have after a signal; the shell waits for 20 s. */
const GRACE = 8_000;
/** A body gets this much more time per byte: 128 KiB/s is slower than any line worth using. */
const MILLISECONDS_PER_BYTE = 1000 / (128 * 1024);

const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

export class HttpPool {
  readonly #dispatcher: Dispatcher;
  readonly #timeout: number;
  readonly #maxAnswerBytes: number;
  readonly #underWay = new Set<Cutoff>();

  private constructor(
    dispatcher: Dispatcher,
    { timeout, signal, maxAnswerBytes = LIMITS.answerBytes }: HttpPoolOptions,
  ) {
    this.#dispatcher = dispatcher;
    this.#timeout = timeout;
    this.#maxAnswerBytes = maxAnswerBytes;
    signal.addEventListener('abort', () => setTimeout(() => this.#cut(), GRACE).unref(), { once: true });
  }

  /** Opens a pool; no connection is made before the first request. */
  static async open(options: HttpPoolOptions): Promise<HttpPool> {
    const { Agent, EnvHttpProxyAgent } = await import('undici');
    const { jobs, timeout, caFile, environment, maxAnswerBytes = LIMITS.answerBytes } = options;
    const secureContext =
      caFile === undefined ? undefined : await trusting(caFile, environment, options.maxFileBytes);
    // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in somebody's profile does not turn checks off.
    const tls = { rejectUnauthorized: true, ...(secureContext && { secureContext }) };
    const agent = {
      // Besides the objects, what is there already is asked for at the same time.
      connections: 2 * jobs,
      maxResponseSize: maxAnswerBytes,
      // One deadline covers a request from its first byte to the answer's last one (see `send`).
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { ...tls, timeout: Math.min(timeout, 10_000) },
    };
    const proxied = PROXY_VARIABLES.some((name) => environment[name]);
    const dispatcher = proxied
      ? new EnvHttpProxyAgent({ ...agent, requestTls: tls, proxyTls: tls })
      : new Agent(agent);
    return new HttpPool(dispatcher, options);
  }

  /**
   * Sends a request and reads the answer.
   *
   * @throws a StoreFault where no whole answer comes in time; an answer of any status is an answer
   */
  async send({ origin, method, path, headers, body, patience = 0 }: HttpRequest): Promise<HttpAnswer> {
    const cutoff = new Cutoff();
    this.#underWay.add(cutoff);
    const time = this.#timeout + patience + (body?.length ?? 0) * MILLISECONDS_PER_BYTE;
    const deadline = setTimeout(() => {
      cutoff.now(new StoreFault('timeout', `no answer within ${Math.round(time / 1000)} s`, 'retry'));
    }, time);
    try {
      const answer = await this.#dispatcher.request({
        origin,
        method: method as Dispatcher.HttpMethod,
        path,
        headers,
        body: body ?? null,
        signal: cutoff,
      });
      const bytes = await answer.body.bytes();
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      };
    } catch (error) {
      throw networkFault(cutoff.reason ?? this.#tooLong(error) ?? error);
    } finally {
      clearTimeout(deadline);
      this.#underWay.delete(cutoff);
    }
  }

  #tooLong(error: unknown): StoreFault | undefined {
    const code = errorCode(error);
    if (code !== 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return undefined;
    return new StoreFault(code, `the answer is longer than ${this.#maxAnswerBytes} bytes`, 'end', {
      hint: raise('max-answer-bytes'),
      cause: error,
    });
  }

  /** Closes all connections at once. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  #cut(): void {
    const fault = new StoreFault('interrupted', 'given up after the interruption', 'object');
    for (const cutoff of this.#underWay) cutoff.now(fault);
  }
}

/** Ends a request. An AbortController would do, and costs more processor time than signing does. */
class Cutoff extends EventEmitter {
  aborted = false;
  reason: StoreFault | undefined;

  now(reason: StoreFault): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.emit('abort');
  }
}

/** Trusts what Node trusts, NODE_EXTRA_CA_CERTS included, and the certificates of `caFile`. */
async function trusting(
  caFile: string,
  environment: NodeJS.ProcessEnv,
  most: number | undefined,
): Promise<SecureContext> {
  const own = (await readNamedFile(caFile, { most, what: 'cannot read the certificates: ' })).toString();
  // Naming certificates makes Node forget NODE_EXTRA_CA_CERTS, so that file is read here as well; like Node,
  // without complaint where it is missing.
  const extra = environment.NODE_EXTRA_CA_CERTS;
  const more = extra ? await readFile(extra, 'utf8').catch(() => '') : '';
  try {
    if (!own.includes('-----BEGIN CERTIFICATE-----')) throw new Error('there is no PEM certificate in it');
    return createSecureContext({ ca: [...rootCertificates, own, ...(more === '' ? [] : [more])] });
  } catch (cause) {
    throw inputError(`cannot take the certificates: ${systemReason(cause)}`, { file: caFile, cause });
  }
}
