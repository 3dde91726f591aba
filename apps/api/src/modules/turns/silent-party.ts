import type { ModelCall } from "../llm-relay/model-calls.service.js";
import type { Measured } from "./silence-watch.js";
import type { TurnEnding } from "./turn-outcome.js";

type Failure = Extract<TurnEnding, { kind: "failure" }>;

export interface SilentTurn {
  readonly call: ModelCall;
  readonly measured: Measured;
  /** The gateway took the message: it answered with the head of a stream. */
  readonly isTaken: boolean;
}

const agentDetail = "The agent did not call its model in time: it, or its machine, is too busy. Send the message again in a moment.";

/** Says who kept a turn waiting that ended without a word. It names the provider only if the agent called it, or is known to have waited for it. */
export function silentParty({ call, measured, isTaken }: SilentTurn): "provider" | "agent" {
  if (call !== "unknown") {
    return call === "made" ? "provider" : "agent";
  }
  return isTaken && measured !== "gateway_slow" ? "provider" : "agent";
}

/** The fault of a turn whose time was up, in the words of whoever was slow. */
export function blame(failure: Failure, turn: SilentTurn): Failure {
  return silentParty(turn) === "provider" ? failure : { kind: "failure", code: "agent_not_responding", detail: agentDetail };
}
