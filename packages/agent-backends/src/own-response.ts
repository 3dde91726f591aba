import type { GatewayFailure } from "./agent-backend.js";
import { quotable, wordsOf } from "./provider-words.js";

export const tookTooLong =
  "The agent did not finish its answer in the time that it has. Ask for less at once, or choose a faster model in the settings.";

/** An answer other than 200 of a gateway that tells its provider's failures inside an answer of 200: it is always the gateway's own. */
export function explainOwnResponse(status: number, body: string): GatewayFailure {
  if (status === 401 || status === 403) {
    return brokeOff("The agent does not accept Mosaic's token. Stop the agent; it gets a new one when it starts again.");
  }
  if (status === 413) return brokeOff("The message or one of its images is too large for the agent. Send a smaller one.");
  if (status === 504) return brokeOff(tookTooLong);
  if (status === 429 || status === 503) return brokeOff("The agent is busy or not ready yet. Send the message again in a moment.");
  if (status >= 500) {
    return brokeOff(
      `The agent's software failed (${status})${quotedIn(body)}. Send the message again; if that does not help, stop the agent and let it start again.`,
    );
  }
  return brokeOff(
    `The agent did not accept the message (${status})${quotedIn(body)}. Send it again; if that does not help, stop the agent and let it start again.`,
  );
}

export function brokeOff(detail: string): GatewayFailure {
  return { code: "agent_broke_off", detail };
}

/** What a body says, to stand within a sentence. */
export function quotedIn(body: string): string {
  const words = quotable(wordsOf(body));
  return words === "" ? "" : `: “${words}”`;
}
