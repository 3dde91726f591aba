// Why the supervisor ends: one JSON line on standard output, and an exit code.

/** A reason to end. `word` is the event in the line, `reason` is a sentence without secrets. */
export class FatalError extends Error {
  constructor(word, code, reason) {
    super(reason);
    this.name = "FatalError";
    this.word = word;
    this.code = code;
  }
}

// Whoever read our lines may be gone; that must not end the agent before its time.
process.stdout.on("error", () => {});

/** All that the supervisor ever prints: single lines of JSON, never what the gateway says, which is a copy of the conversation. */
export function say(event, fields = {}) {
  process.stdout.write(`${JSON.stringify({ mosaic: event, ...fields })}\n`);
}
