import { closeSync, openSync, readSync } from "node:fs";

const pollIntervalMs = 250;
const warnLevel = 40;
const chunkBytes = 64 * 1024;

/**
 * Follows the API's log and hands on what is worth showing. The API writes to the file itself rather
 * than to a pipe of ours, so that it can log its own end when the launcher was killed.
 *
 * @param {string} file
 * @param {(line: string) => void} show
 * @returns {{ stop: () => void }} stop reads the rest first
 */
export function followLog(file, show) {
  const descriptor = openSync(file, "a+", 0o600);
  const buffer = Buffer.alloc(chunkBytes);
  let rest = Buffer.alloc(0);
  const read = () => {
    for (;;) {
      const count = readSync(descriptor, buffer, 0, chunkBytes, null);
      if (count === 0) return;
      const text = Buffer.concat([rest, buffer.subarray(0, count)]);
      const end = text.lastIndexOf(0x0a) + 1;
      rest = Buffer.from(text.subarray(end));
      for (const line of text.subarray(0, end).toString("utf8").split("\n")) {
        const warning = warningIn(line);
        if (warning !== undefined) show(warning);
      }
    }
  };
  const timer = setInterval(read, pollIntervalMs);
  return {
    stop: () => {
      clearInterval(timer);
      read();
      closeSync(descriptor);
    },
  };
}

/**
 * @param {string} line one line of the API's log
 * @returns {string | undefined} what to show of it, if anything
 */
export function warningIn(line) {
  /** @type {unknown} */
  let entry;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof entry !== "object" || entry === null || !("level" in entry) || typeof entry.level !== "number") return undefined;
  if (entry.level < warnLevel) return undefined;
  const message = "message" in entry && typeof entry.message === "string" ? entry.message : "see the log";
  const error = "error" in entry ? kindOf(entry.error) : "";
  return `${entry.level > warnLevel ? "error" : "warning"}: ${message}${error}`;
}

/**
 * @param {unknown} error as the API logs it: without its message, which may quote what people wrote
 * @returns {string}
 */
function kindOf(error) {
  if (typeof error !== "object" || error === null) return "";
  const parts = ["name" in error ? error.name : undefined, "code" in error ? error.code : undefined];
  const known = parts.filter((part) => typeof part === "string");
  return known.length === 0 ? "" : ` (${known.join(", ")})`;
}
