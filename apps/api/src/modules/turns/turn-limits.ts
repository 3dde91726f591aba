/** Answers under way of one person, over all processes. */
export const maxPerUser = 5;

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
  /** A gateway that has not taken a message with images by then gets none: they are in memory meanwhile. */
  readonly imagesTakenMs: number;
  /** What comes within this is one event: a screen shows no more. */
  readonly eventEveryMs: number;
  /** The same, once there are `manyEvents`. */
  readonly rareEventEveryMs: number;
  readonly manyEvents: number;
  /** What comes within this is one row of the log: what a crash may cost. */
  readonly logEveryMs: number;
  /** How long the end of an answer waits for a database that is away. */
  readonly savePatienceMs: number;
  /** How long is looked for what an agent has made, at the end of an answer and of one that its owner has stopped. */
  readonly collectMs: number;
  readonly collectStoppedMs: number;
  /** Characters of one answer and of what was thought for it: it is held in memory and in the log, and an agent may never end. */
  readonly maxTextLength: number;
  /** How often it is told how a tool's call stands: each time with what the tool was given and said. */
  readonly maxToolEvents: number;
  /** Pieces of text and of reasoning that something else stands between, calls of tools among them. */
  readonly maxParts: number;
  /** Of one answer, stages and notices among them. */
  readonly maxEvents: number;
  /** Streams of turns that one person reads at the same time, of one process. */
  readonly readersPerUser: number;
}

export const TURN_LIMITS = Symbol("TURN_LIMITS");

export const turnLimits: TurnLimits = {
  slowAfterMs: 8_000,
  askAfterMs: 4_000,
  promptMs: 1_000,
  silenceMs: 150_000,
  imagesTakenMs: 20_000,
  eventEveryMs: 30,
  rareEventEveryMs: 1_000,
  manyEvents: 20_000,
  logEveryMs: 250,
  savePatienceMs: 60_000,
  collectMs: 20_000,
  collectStoppedMs: 5_000,
  maxTextLength: 1_000_000,
  maxToolEvents: 1_000,
  maxParts: 2_500,
  maxEvents: 100_000,
  readersPerUser: 40,
};
