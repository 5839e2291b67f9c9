/** The files that the pipeline makes of a run, in their order: each is made from the one before. */
export const TARGETS = ['metadata.csv', 'vignettes.tar', 's3_upload_complete.txt'] as const;

export type Target = (typeof TARGETS)[number];

export const isTarget = (name: string): name is Target => (TARGETS as readonly string[]).includes(name);

/** The target that `target` is made from; undefined for the first, which is made from the run itself. */
export const upstreamOf = (target: Target): Target | undefined => TARGETS[TARGETS.indexOf(target) - 1];
