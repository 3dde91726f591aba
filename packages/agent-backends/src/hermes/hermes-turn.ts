import type { GatewayRequest, TurnRequestInput } from "../agent-backend.js";
import { sha256OfJson } from "../canonical-json.js";
import { contentOf } from "../chat-content.js";

/** Hermes silently leaves out what a text has beyond this. Several texts of one message it puts together, each on a line of its own. */
const maxTextCharacters = 65_536;

/**
 * One message of the person. Hermes has the others in its own store, and takes the session's name for where they are: without one it goes by how the
 * conversation begins, so that two which begin alike are one. Its model is the configured one, whatever is asked for.
 */
export function hermesTurnRequest({ gatewayToken, session, text, images = [] }: TurnRequestInput): GatewayRequest {
  const content = contentOf(linesWithin(text, maxTextCharacters), images);
  return {
    path: "/v1/chat/completions",
    headers: {
      authorization: `Bearer ${gatewayToken}`,
      "content-type": "application/json",
      accept: "text/event-stream",
      "x-hermes-session-id": sessionIdOf(session),
    },
    body: JSON.stringify({ stream: true, messages: [{ role: "user", content }] }),
  };
}

/** Hermes takes no name that is long, or that could be a path. */
function sessionIdOf(session: string): string {
  return `conv-${/^[\w-]{1,200}$/.test(session) ? session : sha256OfJson(session)}`;
}

/** The text in pieces, cut where its lines end: put together line by line, they are the text again. */
function linesWithin(text: string, limit: number): readonly [string, ...string[]] {
  if (text.length <= limit) return [text];
  const lineEnd = text.lastIndexOf("\n", limit);
  if (lineEnd > 0) return [text.slice(0, lineEnd), ...linesWithin(text.slice(lineEnd + 1), limit)];
  // Not within a character of two units.
  const cut = text.slice(0, limit).isWellFormed() ? limit : limit - 1;
  return [text.slice(0, cut), ...linesWithin(text.slice(cut), limit)];
}
