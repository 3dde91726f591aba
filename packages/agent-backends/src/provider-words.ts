import type { ProblemCode } from "@mosaic/contracts/problem";
import { redact } from "./redact.js";

const maxQuotedCharacters = 240;
/** A provider may answer with a page; its beginning tells enough. */
const maxReadCharacters = 4000;
const maxDepth = 4;
const maxEntries = 3;

/**
 * What a provider says in an error, whatever shape it has: OpenAI's `{error: {message}}`, Ollama's `{error: "…"}`, FastAPI's
 * `{detail: [{loc, msg}]}`, or plain text. Empty where there are no words, as in a page.
 */
export function wordsOf(body: string): string {
  const parsed = parse(body);
  if (parsed !== undefined) return wordsIn(parsed, 0).slice(0, maxReadCharacters);
  return looksLikePage(body) ? "" : body.slice(0, maxReadCharacters).trim();
}

const codes: Readonly<Record<number, ProblemCode>> = {
  401: "provider_key_refused",
  402: "provider_rate_limited",
  403: "provider_key_refused",
  404: "provider_model_missing",
  429: "provider_rate_limited",
};

/** What a status means that a provider refuses a call with. */
export function codeOfRefusal(status: number): ProblemCode {
  return codes[status] ?? "provider_failed";
}

/** For showing: one line, bounded, keys blacked out. Empty for no words. */
export function quotable(words: string): string {
  const oneLine = redact(words.slice(0, maxReadCharacters))
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim();
  return oneLine.length > maxQuotedCharacters ? `${oneLine.slice(0, maxQuotedCharacters).toWellFormed()}…` : oneLine;
}

/** ` The provider said: “…”`, to stand after a sentence; empty for no words. */
export function quoteProvider(words: string): string {
  const quoted = quotable(words);
  return quoted === "" ? "" : ` The provider said: “${quoted}”`;
}

export function looksLikePage(body: string): boolean {
  return /^\s{0,100}<(?:!doctype|html|head|body|\?xml)/i.test(body.slice(0, 1000));
}

function wordsIn(value: unknown, depth: number): string {
  if (typeof value === "string") return value.trim();
  if (depth > maxDepth || typeof value !== "object" || value === null) return "";
  if (Array.isArray(value)) {
    const entries = value.slice(0, maxEntries).map((entry: unknown) => wordsIn(entry, depth + 1));
    return entries.filter((words) => words !== "").join("; ");
  }
  const record: Record<string, unknown> = { ...value };
  if (typeof record["msg"] === "string") return `${placeOf(record["loc"])}${record["msg"]}`;
  for (const key of ["error", "message", "detail", "errors", "error_description", "title", "reason"]) {
    const words = wordsIn(record[key], depth + 1);
    if (words !== "") return words;
  }
  return "";
}

function placeOf(loc: unknown): string {
  return Array.isArray(loc) && loc.length > 0 ? `${loc.slice(0, 6).map(String).join(".")}: ` : "";
}

function parse(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "number" ? undefined : value;
  } catch {
    return undefined;
  }
}
