import type { IncomingHttpHeaders } from "node:http";
import { maxNameCharacters, type ClientMessage } from "./chat-request.js";
import { chainOf, digest } from "./client-history.js";

/** How a request names its conversation. */
export type ConversationName =
  /** `isWhole`: programs that use this name send the whole conversation each time, so that a first message alone begins anew. */
  | { readonly kind: "named"; readonly name: string; readonly isWhole: boolean; readonly isOurs: boolean }
  /** It does not: by its token and its first messages. */
  | { readonly kind: "alike" };

/** In the order in which they count. */
const headers: readonly { readonly header: string; readonly isWhole: boolean; readonly isOurs: boolean }[] = [
  { header: "x-mosaic-conversation", isWhole: false, isOurs: true },
  { header: "x-openwebui-chat-id", isWhole: true, isOurs: false },
  { header: "x-conversation-id", isWhole: false, isOurs: false },
  { header: "x-chat-id", isWhole: true, isOurs: false },
  { header: "x-session-id", isWhole: false, isOurs: false },
];

/** Where a program has a placeholder that it did not fill, all of its conversations would be one. */
const placeholder = "{{";

/** The first name that there is: of the headers, then of the body. Empty ones, ones that are too long and placeholders are none. */
export function conversationNameOf(sent: IncomingHttpHeaders, inBody: readonly string[]): ConversationName {
  const isName = (value: unknown): value is string =>
    typeof value === "string" && value.trim() !== "" && value.length <= maxNameCharacters && !value.includes(placeholder);
  for (const { header, isWhole, isOurs } of headers) {
    const value = sent[header];
    if (isName(value)) {
      return { kind: "named", name: value.trim(), isWhole, isOurs };
    }
  }
  const named = inBody.find(isName);
  return named === undefined ? { kind: "alike" } : { kind: "named", name: named.trim(), isWhole: false, isOurs: false };
}

export interface KeyInput {
  readonly agentId: string;
  /** Of the token, or of nothing for a session. */
  readonly tokenId: string | null;
  readonly instructions: string;
  readonly messages: readonly ClientMessage[];
}

/** What a conversation is found by among its owner's. One with another agent is another one. */
export function conversationKeyOf(name: ConversationName, { agentId, tokenId, instructions, messages }: KeyInput): Buffer {
  if (name.kind === "named") {
    return digest(["named", agentId, name.name]);
  }
  const firstAnswer = messages.findIndex(({ role }) => role === "assistant");
  const first = messages.slice(0, firstAnswer < 0 ? messages.length : firstAnswer);
  return digest(["alike", agentId, tokenId ?? "", instructions, chainOf(first).at(-1) ?? ""]);
}
