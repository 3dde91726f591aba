import { isUtf8 } from "node:buffer";
import { setImmediate as nextTurn } from "node:timers/promises";
import { JsonScanner, JsonTextError, type JsonSpan } from "./json-scanner.js";

export interface JsonMembersLimits {
  readonly maxMembers: number;
  readonly maxDepth: number;
  /** Bytes that are looked at before others get their turn on the event loop. */
  readonly sliceBytes: number;
}

export const jsonMembersLimits: JsonMembersLimits = { maxMembers: 64, maxDepth: 128, sliceBytes: 256 * 1024 };

/**
 * Finds the members of a JSON object without making objects of what is in them: one look at each byte, in slices, with a few numbers as
 * memory. The whole text is checked to be JSON, so that no two readers can see different members in it; a name that stands twice is refused.
 * Rejects with `JsonTextError`, or the signal's reason.
 */
export async function jsonMembers(
  text: Buffer,
  signal?: AbortSignal,
  limits: JsonMembersLimits = jsonMembersLimits,
): Promise<ReadonlyMap<string, JsonSpan>> {
  if (!isUtf8(text)) {
    throw new JsonTextError("The request is not text in UTF-8.");
  }
  const scanner = new JsonScanner(text, limits);
  for (let end = limits.sliceBytes; end < text.length; end += limits.sliceBytes) {
    scanner.scanTo(end);
    await nextTurn();
    signal?.throwIfAborted();
  }
  scanner.scanTo(text.length);
  return scanner.members();
}
