/** What is known of the instrument and its software, from `.ctx` and the run summary; absent where they say nothing. */
export interface Instrument {
  /** `VisualSpreadsheet`. */
  software?: string;
  /** `4.10.8`. */
  software_version?: string;
  /** Of the objective: 4, 10, 12, … */
  magnification?: number;
  serial_number?: string;
  /** Offset of the list's local timestamps from UTC, `+02:00`. */
  utc_offset?: string;
}

/**
 * One particle: a line of NDJSON between the commands, and the sidecar of its vignette. The list's own fields
 * follow the five that the toolkit adds, in the list's order, under the list's names.
 */
export interface ParticleRecord {
  /** The name VisualSpreadsheet gave the run. */
  run: string;
  /** Base name of the run's folder. */
  folder?: string;
  /** Absolute path of the folder with the collages; for the pipe only, never published. */
  directory?: string;
  /** 0-based row number in the list. */
  index: number;
  instrument?: Instrument;
  [field: string]: unknown;
}

/** The keys that the toolkit adds ahead of a list's own fields; a list may not have such a field itself. */
export const ADDED_KEYS = ['run', 'folder', 'directory', 'index', 'instrument'] as const;

/** All keys that no list may use: `$error` marks a step that failed, and `__proto__` is none that an object can hold. */
export const RESERVED_KEYS: readonly string[] = [...ADDED_KEYS, '$error', '__proto__'];

/** A record, and where it was read. */
export interface LocatedRecord {
  record: ParticleRecord;
  /** 1-based line in the input. */
  line: number;
  /** Characters that it had there. */
  size?: number;
}
