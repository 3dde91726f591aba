import { parseRecord, recordOf, textOf, type UnknownRecord } from "@mosaic/incoming/records";
import type { GatewayFailure, TurnSoFar } from "../agent-backend.js";
import { explainError } from "../openclaw-failure.js";
import { brokeOff, explainOwnResponse, quotedIn } from "../own-response.js";
import { looksLikePage, quotable, wordsOf } from "../provider-words.js";

/** What OpenAI and those who speak like it name instead of a status, which nanobot leaves out. */
const statusOfCode: Readonly<Record<string, number>> = {
  invalid_api_key: 401,
  model_not_found: 404,
  rate_limit_exceeded: 429,
  insufficient_quota: 402,
};

const withoutWords: GatewayFailure = {
  code: "provider_failed",
  detail: "The provider failed and did not say why. Send the message again; if that does not help, test its connection in the settings.",
};

/** The words of `Error: …`: an object of the provider's, as JSON or as Python writes it and often cut off, or the words of nanobot's HTTP client. */
export function explainProviderError(words: string, turn: TurnSoFar): GatewayFailure {
  if (words === "" || looksLikePage(words)) return withoutWords;
  const coded = /^Error code: (\d{3})(?: - )?/.exec(words);
  const body = words.slice(coded?.[0].length ?? 0).replace(/^litellm\.\w+: /, "");
  if (!body.startsWith("{")) return explainError({ message: body, status: coded?.[1] }, turn);
  const told = errorOf(parseRecord(body));
  const message = wordsOf(parseRecord(body) === undefined ? "" : body) || (textIn(body, "message") ?? textIn(body, "detail") ?? body);
  const code = textOf(told["code"]) || (textIn(body, "code") ?? "");
  const status = coded?.[1] ?? statusOfCode[code] ?? /["'](?:code|status)["']:\s?(\d{3})\b/.exec(body)?.[1];
  return explainError({ message, type: textOf(told["type"]) || (textIn(body, "type") ?? ""), status }, turn);
}

/** An answer other than 200: always nanobot's own, since a provider's errors come as the text of an answer. */
export function explainNanobotResponse(status: number, body: string): GatewayFailure {
  const words = quotable(wordsOf(body));
  if (status === 400 && words.startsWith("Only a single user message is supported")) {
    return brokeOff("The agent takes exactly one message at a time. Send the message again, without anything else.");
  }
  if (status === 400 && words.startsWith("Only configured model")) {
    return brokeOff(
      `The agent runs another model than it was asked for${quotedIn(body)}. Stop the agent; it takes over its settings when it starts again.`,
    );
  }
  return explainOwnResponse(status, body);
}

function errorOf(body: UnknownRecord | undefined): UnknownRecord {
  const inner = recordOf(body?.["error"]);
  return Object.keys(inner).length > 0 ? inner : recordOf(body);
}

/** Each in double quotes, or in the single ones of an object that Python wrote. */
const fields = {
  message: /["']message["']:\s?(?:"((?:[^"\\]|\\.)*)|'((?:[^'\\]|\\.)*))/s,
  detail: /["']detail["']:\s?(?:"((?:[^"\\]|\\.)*)|'((?:[^'\\]|\\.)*))/s,
  code: /["']code["']:\s?(?:"((?:[^"\\]|\\.)*)|'((?:[^'\\]|\\.)*))/s,
  type: /["']type["']:\s?(?:"((?:[^"\\]|\\.)*)|'((?:[^'\\]|\\.)*))/s,
} as const;

/** The text of one field, also out of an object that was cut off in the middle. */
function textIn(object: string, field: keyof typeof fields): string | undefined {
  const found = fields[field].exec(object);
  return (found?.[1] ?? found?.[2])?.replaceAll("\\n", " ").replaceAll(/\\(.)/gs, "$1");
}
