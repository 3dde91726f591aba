import { outgoingLimits, type OutgoingLimits } from "./outgoing-file.js";

/** How files come and go, so that tests can lower it: a slow sender or reader holds a place that others wait for. */
export interface TransferLimits {
  readonly incoming: {
    readonly silenceMs: number;
    readonly wholeMs: number;
    readonly lateWords: string;
    readonly pace: OutgoingLimits["pace"];
  };
  readonly outgoing: OutgoingLimits;
}

export const TRANSFER_LIMITS = Symbol("TRANSFER_LIMITS");

export const transferLimits: TransferLimits = {
  incoming: {
    silenceMs: 20_000,
    wholeMs: 9 * 60_000,
    lateWords: "The file did not arrive in time, so it was not stored. Send it again.",
    pace: outgoingLimits.pace,
  },
  outgoing: outgoingLimits,
};
