/**
 * How much is taken of what strangers send, where nobody says otherwise: far beyond what a FlowCam writes, and little
 * enough for memory. Each has an option of its own, which the error names that meets it.
 */
export const LIMITS = {
  /** Of a line of a list, of NDJSON or CSV: some hundred times the longest that a FlowCam writes. */
  lineBytes: 2 ** 20,
  /** Of a list; 65 are known. */
  fields: 1000,
  /** Of an extended header in an archive, which holds a name or two. */
  headerBytes: 2 ** 20,
  /** Of an entry in an archive, or of an image on disk: they are held in memory whole. */
  entryBytes: 256 * 2 ** 20,
  /** Of sidecars, side files of a run, tables of positions, settings, certificates. */
  fileBytes: 16 * 2 ** 20,
  /** Of a collage; they have some 4 million. */
  pixels: 100_000_000,
  /** Of what a store answers: listings and error pages. */
  answerBytes: 32 * 2 ** 20,
};

/** A hint that names the way out. */
export const raise = (option: string): string => `raise the limit with --${option}`;
