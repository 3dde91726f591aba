import { looksLikePage } from "../provider-words.js";

/** nanobot cuts a provider's words at 500 characters, and takes blanks from their end. */
const shortestCutText = 480;

/** More than any error of nanobot's has. What is longer is an answer. */
const maxErrorCharacters = 2_000;

const beforeObject = "Error: ";

/** What nanobot says where the provider said nothing. */
const apology = "Sorry, I encountered an error calling the AI model.";

/** How an answer begins that may be an error. */
const openings = [
  `${beforeObject}{`,
  "Error calling LLM: ",
  "Error: Error code: ",
  "Error: Connection error",
  "Error: Request timed out",
  "Error: litellm.",
  "Error: openai.",
  "Error: <!",
  "Error: <html",
  "Error: Internal Server Error",
  "Error: Bad Gateway",
  "Error: Service Unavailable",
  "Error: Gateway Time",
  "Error: Too Many Requests",
  apology,
];

/** Words of nanobot's HTTP client, and what proxies say when nobody is behind them. As whole texts they are no answer. */
const knownWhole =
  /^(?:Connection error\.|Request timed out\.|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out|Too Many Requests)$/i;
const knownOpening = /^(?:Error code: \d{3}\b|(?:litellm|openai)\.\w)/;

/**
 * Whether the beginning of an answer may still turn out to be an error. nanobot answers 200 with the text `Error: {…}` when the provider fails, and only
 * the whole text tells that from an answer that begins the same way.
 */
export function mayBecomeError(text: string): boolean {
  if (text.length > maxErrorCharacters) return false;
  if (text.startsWith(`${beforeObject}{`)) return (restAfterObject(text.slice(beforeObject.length)) ?? "").trim() === "";
  return openings.some((opening) => text.startsWith(opening) || opening.startsWith(text));
}

/** The provider's words in an answer that is an error and nothing else. `null`: it is an answer. */
export function errorIn(text: string): string | null {
  if (text.length > maxErrorCharacters) return null;
  const whole = text.trim();
  if (whole === apology) return "";
  const called = /^Error calling LLM: ([\s\S]+)$/.exec(whole)?.[1];
  if (called !== undefined) return called;
  if (!whole.startsWith(beforeObject)) return null;
  const words = whole.slice(beforeObject.length);
  if (words.startsWith("{")) return isWholeObject(words) ? words : null;
  if (looksLikePage(words)) return words;
  return knownWhole.test(words) || knownOpening.test(words) ? words : null;
}

function isWholeObject(words: string): boolean {
  const rest = restAfterObject(words);
  return rest === null ? words.length >= shortestCutText : rest === "";
}

/** What follows the object that a text begins with, be it JSON or as Python writes one. `null`: it has no end. */
function restAfterObject(text: string): string | null {
  let depth = 0;
  let quote = "";
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (quote !== "") {
      if (character === "\\") index++;
      else if (character === quote) quote = "";
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === "{") {
      depth++;
    } else if (character === "}" && --depth === 0) {
      return text.slice(index + 1);
    }
  }
  return null;
}
