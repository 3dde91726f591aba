import type { ClientTools, GatewayEvent, GatewayImage, TurnRequestInput } from "@mosaic/agent-backends/agent-backend";
import type { RunningAgent } from "../../containers/containers.types.js";
import type { TurnEnding } from "../turn-outcome.js";

/** The gateway did not take the message: nobody listens there, somebody else does, or it hung up before it answered. */
export class GatewayUnreachableError extends Error {}

/** One message and who is to answer it. */
export interface ExchangeRequest {
  readonly running: RunningAgent;
  /** The agent's session in which the message is said. */
  readonly session: string;
  /** The answer's. */
  readonly turnId: string;
  readonly text: string;
  /** What was said before, for software that keeps nothing of it. */
  readonly history?: TurnRequestInput["history"];
  /** The agent's, for software that wants to be told. */
  readonly model?: string | undefined;
  /** Shown to the model along with the text. */
  readonly images: readonly GatewayImage[];
  /** Tools that a program runs itself, which only HTTP takes. `null` or absent: none. */
  readonly client?: ClientTools | null;
  /** `null`: the gateway gets the message now. Otherwise the gateway has it already, and this is what was told of the answer before. */
  readonly said: string | null;
  /** A process that died may have given it the message. */
  readonly mayBeThere: boolean;
  /** An abort at any time ends the turn at the gateway too, unless it `goesOn`. */
  readonly signal: AbortSignal;
  /** Asked once the signal has aborted. */
  readonly goesOn: () => boolean;
}

export interface ExchangeListener {
  /** The gateway has the message. */
  onTaken(): void;
  /** Hears what the gateway says; no events mean only that it is there. The exchange resolves once this returns an ending. */
  onEvents(events: readonly GatewayEvent[]): TurnEnding | null;
}
