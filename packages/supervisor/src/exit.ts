import { createHmac } from "node:crypto";

/** A reason to end. `word` is the event in the line, `code` the exit code; the message is a sentence without secrets. */
export class FatalError extends Error {
  override readonly name = "FatalError";
  readonly word: string;
  readonly code: number;

  constructor(word: string, code: number, reason: string) {
    super(reason);
    this.word = word;
    this.code = code;
  }
}

// Whoever read our lines may be gone; that must not end the agent before its time.
process.stdout.on("error", () => undefined);

let logKey: Buffer | null = null;
let lastAt = 0;

/**
 * From now on every line carries a time and a signature that only who knows the container's token can make. What the agent runs has our user,
 * and may write to our standard output by /proc; it does not have the token.
 */
export function signLinesWith(token: string): void {
  logKey = createHmac("sha256", token).update("mosaic-log").digest();
}

/** All that the supervisor ever prints: single lines of JSON, never what its child says, which is a copy of the conversation. */
export function say(event: string, fields: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(`${signed({ mosaic: event, ...fields })}\n`);
}

function signed(line: object): string {
  if (logKey === null) return JSON.stringify(line);
  // Never the same time twice: a line that is written again by somebody else is known by that.
  lastAt = Math.max(lastAt + 1, Date.now());
  const text = JSON.stringify({ ...line, at: lastAt });
  return `${text.slice(0, -1)},"mac":"${createHmac("sha256", logKey).update(text).digest("base64url")}"}`;
}
