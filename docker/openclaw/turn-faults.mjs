// What the gateway tells its log about a turn that failed, and not the caller who waits for it.
import { stripVTControlCharacters } from "node:util";

const MAX_WORDS = 500;
const RUN_ID = /\brunId=(chatcmpl_[\w-]{1,70})\b/;

// The lines of OpenClaw 2026.9.6 that say why. The last of one turn tells most.
const FAULTS = [
  /embedded run agent end: .*\bisError=true\b/,
  /embedded run failover decision: .*\brawError=/,
  /(?:reasoning-only|empty response) retries exhausted: /,
  /incomplete turn detected: /,
];

/** The turn and the words of a line of the gateway's log; `null` for any other line. The conversation itself is in none of these lines. */
export function turnFaultIn(line) {
  if (!FAULTS.some((fault) => fault.test(line))) return null;
  const runId = RUN_ID.exec(line)?.[1];
  if (runId === undefined) return null;
  // Without colours, and without what stands before the words.
  const plain = stripVTControlCharacters(line);
  return { runId, words: plain.slice(plain.search(/embedded run|reasoning-only|empty response|incomplete turn/)).slice(0, MAX_WORDS) };
}
