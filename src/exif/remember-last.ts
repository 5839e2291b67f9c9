/**
 * The function, with its last answer at hand. Particles of a run share nearly everything, so the last answer is
 * nearly always the next one too, and a memory of one needs no limit.
 */
export function rememberLast<A, R>(compute: (argument: A) => R): (argument: A) => R {
  let last: { argument: A; result: R } | undefined;
  return (argument) => {
    if (last === undefined || last.argument !== argument) last = { argument, result: compute(argument) };
    return last.result;
  };
}
