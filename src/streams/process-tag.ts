import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** The name of this machine as it stands in names of files. */
export const thisHost = hostname().slice(0, 40);

/**
 * Stands in the names of files under way: `HOST-PID-RANDOM`. Host and process tell whose they are; in containers, where
 * every process may have the same number, a file that a killed one left must not be in the way of the next.
 */
export const processTag = `${thisHost}-${process.pid}-${randomBytes(4).toString('hex')}`;
