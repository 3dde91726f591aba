import { createHash } from "node:crypto";
import type { ClientMessage } from "./chat-request.js";

/** A program that sends the whole conversation each time sends this much that is known, and this much that is new. */
export interface SplitMessages {
  readonly history: readonly ClientMessage[];
  /** What follows the last answer. */
  readonly news: readonly ClientMessage[];
}

export function splitNews(messages: readonly ClientMessage[]): SplitMessages {
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  return { history: messages.slice(0, last + 1), news: messages.slice(last + 1) };
}

/** As it is compared: programs trim what they were sent, and change its line ends. */
export function comparable(text: string): string {
  return text.replace(/\r\n?/g, "\n").trim();
}

/**
 * What tells a conversation by its messages: `[n]` is a SHA-256 of the first `n` of them, so that one look finds how far a history is known. Of answers
 * it takes what the program says that they were. `before`: of what was said before them.
 */
export function chainOf(messages: readonly ClientMessage[], before = digest(["mosaic openai history 1"])): readonly Buffer[] {
  const chain: Buffer[] = [before];
  for (const { role, text, files, calls, callId } of messages) {
    const soFar = chain.at(-1) ?? Buffer.alloc(0);
    const attached = files.flatMap(({ name, base64 }) => [name, base64]);
    const called = calls.flatMap(({ id, name, arguments: given }) => [id, name, given]);
    chain.push(digest([soFar, role, comparable(text), callId ?? "", String(attached.length), ...attached, ...called]));
  }
  return chain;
}

/** Each with its length before it: no two lists are the same bytes. */
export function digest(values: readonly (string | Buffer)[]): Buffer {
  const hash = createHash("sha256");
  for (const value of values) {
    const length = typeof value === "string" ? Buffer.byteLength(value) : value.length;
    hash.update(`${length}:`).update(value);
  }
  return hash.digest();
}

/**
 * Whether a program's words of an answer are this answer. Of one that did not come to its end a program has what it got until then, and of one that it
 * was given while the agent used tools it may have any white space between.
 */
export function isThatAnswer(
  said: Pick<ClientMessage, "text" | "calls">,
  stored: { text: string; isWhole: boolean; callIds: readonly string[] },
): boolean {
  const [theirs, ours] = [comparable(said.text), comparable(stored.text)];
  const isSame = theirs === ours || (!stored.isWhole && ours.startsWith(theirs));
  return isSame && said.calls.every(({ id }) => stored.callIds.includes(id)) && said.calls.length === stored.callIds.length;
}
