/** The times and sizes of a turn, so that tests can lower them. */
export interface TurnLimits {
  /** Without any text for so long, the reader is told that the model is slow. Once. */
  readonly slowAfterMs: number;
  /** Without a byte for so long, the gateway is asked on another connection whether it is there. */
  readonly askAfterMs: number;
  /** A gateway that answers within this is not what a turn waits for. */
  readonly promptMs: number;
  /** Without a byte from the gateway for so long, the turn ends. */
  readonly silenceMs: number;
  /** How often a growing answer is stored: what a crash may cost. */
  readonly saveEveryMs: number;
  /** How long the end of an answer waits for a database that is away. */
  readonly savePatienceMs: number;
  /** Characters of one answer: it is held in memory and sealed again with every save, and an agent may never end. */
  readonly maxTextLength: number;
}

export const TURN_LIMITS = Symbol("TURN_LIMITS");

export const turnLimits: TurnLimits = {
  slowAfterMs: 8_000,
  askAfterMs: 4_000,
  promptMs: 1_000,
  silenceMs: 150_000,
  saveEveryMs: 1_000,
  savePatienceMs: 60_000,
  maxTextLength: 1_000_000,
};
