import type { ToolError } from './errors.js';

/** What happens to a bad record: with `--on-error stop` the command ends, with `skip` it is left out. */
export interface Skips {
  /**
   * Handles one bad record. Throws `error` where the person wants to stop; otherwise reports it, counts it
   * and lists it, and returns.
   *
   * @param subject what is left out, as far as known, for the list of skipped records
   */
  skip(error: ToolError, subject?: { run?: string; index?: number; name?: string }): Promise<void>;
  /** How many were skipped so far. */
  readonly count: number;
}

/** Every bad record is an error. */
export const noSkips: Skips = {
  async skip(error) {
    throw error;
  },
  count: 0,
};
