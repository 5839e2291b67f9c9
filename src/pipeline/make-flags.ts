/** What a person asked of make itself, as far as it matters to the pipeline; from MAKEFLAGS. */
export interface MakeFlags {
  /** `-k`: go on with other runs where one fails. */
  keepGoing: boolean;
  /** `-B`: make everything again. */
  again: boolean;
  /** `-s`: say nothing but errors. */
  quiet: boolean;
  /** `-n`, `-q`, `-t`: nothing is to be made now. */
  lookOnly: boolean;
}

/** Reads MAKEFLAGS, whose first word holds the one-letter options without a dash. */
export function readMakeFlags(makeFlags: string | undefined): MakeFlags {
  const letters = /^[A-Za-z]+(?= |$)/.exec(makeFlags ?? '')?.[0] ?? '';
  return {
    keepGoing: letters.includes('k'),
    again: letters.includes('B'),
    quiet: letters.includes('s'),
    lookOnly: /[nqt]/.test(letters),
  };
}

/**
 * The pipe through which make hands out its jobs (`-j`), for a make that is started from here: GNU make up to 4.3
 * passes it as two open files, which Node hands on only when told to.
 *
 * @returns what `spawn` takes as `stdio`
 */
export function jobServer(makeFlags: string | undefined): ('inherit' | 'ignore' | number)[] {
  const stdio: ('inherit' | 'ignore' | number)[] = ['inherit', 'inherit', 'inherit'];
  const [, ...ends] = /--jobserver-(?:auth|fds)=(\d+),(\d+)/.exec(makeFlags ?? '') ?? [];
  for (const end of ends.map(Number)) {
    while (stdio.length < end) stdio.push('ignore');
    stdio[end] = end;
  }
  return stdio;
}
