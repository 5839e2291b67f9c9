/** Misbehaviour on request: what real stores and networks do now and then, for tests to be ready for. */
import type { OperationName } from './route.js';
import { isS3ErrorCode, type S3ErrorCode } from './s3-error.js';

/**
 * What goes wrong. The code of an S3 error (`SlowDown`, `AccessDenied`, …) is answered with nothing stored; and
 *
 * - `reset-before-storing`, `reset-after-storing`: the connection is reset instead of an answer;
 * - `hang-up`: the connection is closed under the request, as where a store has had enough of a kept-alive one;
 * - `stall`: there is never an answer, and nothing is stored;
 * - `error-in-200`: status 200 with an `<Error>` for a body, and nothing is stored;
 * - `store-nothing`: an object is accepted, its ETag right, and forgotten (PutObject, CompleteMultipartUpload);
 * - `wrong-etag`: all is stored, but the answer has another ETag.
 */
export type Fault = S3ErrorCode | (typeof BEHAVIOURS)[number];

const BEHAVIOURS = [
  'reset-before-storing',
  'reset-after-storing',
  'hang-up',
  'stall',
  'error-in-200',
  'store-nothing',
  'wrong-etag',
] as const;

/** A request as rules and observers see it. */
export interface SeenRequest {
  operation: OperationName;
  bucket: string;
  key: string;
}

export interface FaultRule {
  fault: Fault;
  /** Only requests for this operation. */
  operation?: OperationName;
  /** Only requests for keys that this regular expression finds something in. */
  key?: string | RegExp;
  /** Only requests of which this says so. */
  when?: (request: SeenRequest) => boolean;
  /** Of the matching requests only every k-th; all, where not given. */
  every?: number;
  /** After so many faults all is well again; never, where not given. */
  first?: number;
  /** Errors come with an empty message, as Ceph's do. */
  emptyMessage?: boolean;
}

/** A rule at work. */
export class Injection {
  readonly rule: FaultRule;
  /** How many requests have matched. */
  matched = 0;
  /** How many of these went wrong. */
  fired = 0;

  constructor(rule: FaultRule) {
    const known: readonly string[] = BEHAVIOURS;
    if (!isS3ErrorCode(rule.fault) && !known.includes(rule.fault))
      throw new TypeError(`no such fault: ${rule.fault}`);
    this.rule = rule;
  }

  /** Counts the request in and says whether it is to go wrong. */
  takes(request: SeenRequest): boolean {
    const { operation, key, when, every = 1, first = Number.POSITIVE_INFINITY } = this.rule;
    if (operation !== undefined && operation !== request.operation) return false;
    if (key !== undefined && !new RegExp(key).test(request.key)) return false;
    if (when !== undefined && !when(request)) return false;
    this.matched += 1;
    if (this.matched % every !== 0 || this.fired >= first) return false;
    this.fired += 1;
    return true;
  }
}

export class Faults {
  #injections: Injection[] = [];

  /** @throws TypeError for a fault that does not exist */
  inject(rule: FaultRule): Injection {
    const injection = new Injection(rule);
    this.#injections.push(injection);
    return injection;
  }

  /** From now on all is well. */
  clear(): void {
    this.#injections = [];
  }

  get injections(): readonly Injection[] {
    return this.#injections;
  }

  /** The rule by which this request goes wrong; the first that takes it. */
  next(request: SeenRequest): FaultRule | undefined {
    return this.#injections.find((injection) => injection.takes(request))?.rule;
  }
}
