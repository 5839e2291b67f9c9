/** The signals that end a program of ours in good order, and its exit status then, as shells have it: 128 and their number. */
export const SIGNAL_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export type EndingSignal = keyof typeof SIGNAL_STATUS;

export const ENDING_SIGNALS = Object.keys(SIGNAL_STATUS) as EndingSignal[];
