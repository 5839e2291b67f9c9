/**
 * Lets a test tell an endpoint in another process to misbehave: `PUT /-/faults` with a rule as JSON, `GET` for the
 * rules and how often they fired, `DELETE` for none. `-` can be no bucket. There is no signature to check: the
 * endpoint is on loopback, and has this only where it was started so.
 */
import type { IncomingMessage } from 'node:http';
import type { FaultRule, Faults } from './faults.js';
import type { Answer } from './operation.js';
import { readText } from './request-body.js';

export const FAULT_CONTROL = '/-/faults';

export async function controlFaults(request: IncomingMessage, faults: Faults): Promise<Answer> {
  try {
    if (request.method === 'PUT') faults.inject(JSON.parse(await readText(request)) as FaultRule);
    else if (request.method === 'DELETE') faults.clear();
    else if (request.method !== 'GET') return { status: 405 };
  } catch (error) {
    return { status: 400, body: `${(error as Error).message}\n` };
  }
  const states = faults.injections.map(({ rule, matched, fired }) => ({ ...rule, matched, fired }));
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(states)}\n`,
  };
}
