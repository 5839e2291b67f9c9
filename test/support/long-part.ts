/**
 * The long part of the tests, `FC_LONG=1` (make test-long), tries more of the same; what is random follows from a
 * seed that stands in the titles, and `FC_SEED=N` repeats it.
 */
export const isLong = process.env.FC_LONG === '1';

/** How often to try something: in every run, and in the long part. */
export const times = (short: number, long: number): number => (isLong ? long : short);

export const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));
