import type { GatewayFailure } from "@mosaic/agent-backends/agent-backend";
import type { ProblemCode } from "@mosaic/contracts/problem";
import type { AnswerEnd } from "../conversations/conversations.types.js";

/**
 * How a turn ended. `stopped`: by its owner. `deleted`: its conversation was, which may be taken back. `interrupted`: Mosaic is stopping, or was. `handed_over`: Mosaic is
 * stopping, and the agent goes on: it has not ended for the person.
 */
export type TurnEnding =
  | { readonly kind: "complete" }
  | { readonly kind: "stopped" }
  | { readonly kind: "deleted" }
  | { readonly kind: "interrupted" }
  | { readonly kind: "handed_over" }
  | {
      readonly kind: "failure";
      readonly code: ProblemCode;
      readonly detail: string;
      /** The gateway has more to say about it, in its log. */
      readonly untold?: GatewayFailure;
    };

/** One that has ended for the person too. */
export type EndedTurn = Exclude<TurnEnding, { readonly kind: "handed_over" }>;

const interruptedError = {
  code: "agent_broke_off",
  detail: "Mosaic was stopped or restarted in the middle of this answer. Send the message again to go on.",
};

const deletedError = {
  code: "conversation_deleted",
  detail: "This answer ended when its conversation was deleted. Send the message again to go on.",
};

/** What is stored of an ending. A fault leaves a partial answer, or none at all. */
export function outcomeOf(ending: EndedTurn, hasText: boolean): AnswerEnd {
  switch (ending.kind) {
    case "complete":
    case "stopped":
      return { status: ending.kind, error: null };
    case "deleted":
      // As one that was stopped: whoever did that was there, and gets no news of it.
      return { status: "stopped", error: deletedError };
    case "interrupted":
      return { status: "broken_off", error: interruptedError };
    case "failure":
      return { status: hasText ? "broken_off" : "failed", error: { code: ending.code, detail: ending.detail } };
  }
}

/** What is stored of a turn whose process died. */
export function orphanEnd({ isStopRequested, isDeleted }: { readonly isStopRequested: boolean; readonly isDeleted: boolean }): AnswerEnd {
  return outcomeOf({ kind: isDeleted ? "deleted" : isStopRequested ? "stopped" : "interrupted" }, true);
}
