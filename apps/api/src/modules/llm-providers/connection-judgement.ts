import type { ProviderTestOutcome } from "@mosaic/contracts/provider";
import { isNeverOpen, type AddressCategory } from "@mosaic/outbound/address-ranges";
import type { OutboundError, OutboundErrorCode } from "@mosaic/outbound/outbound-error";
import { isRecord } from "./connection-dialects.js";

/** A provider's answer, to be judged. */
export interface LlmAnswer {
  readonly status: number;
  readonly body: string;
}

/** What a call means, in words that say what to do next. */
export interface Verdict {
  readonly outcome: ProviderTestOutcome;
  readonly message: string;
}

/** `isListMissing`: the server answers, but has no model list; a model that answers is then proof enough. */
export interface ListVerdict extends Verdict {
  readonly isListMissing?: true;
}

const failures: Readonly<Record<Exclude<OutboundErrorCode, "address_refused" | "redirected">, Verdict>> = {
  unknown_host: {
    outcome: "unknown_host",
    message: "The host name of this address is not known. Check its spelling, and that this machine reaches its name server.",
  },
  refused: {
    outcome: "refused",
    message:
      "Nothing listens at this address, or no way leads to it from this machine. Check the address and its port, and that the server runs.",
  },
  timeout: {
    outcome: "timeout",
    message: "No answer came within 10 seconds. Check the address; a firewall may swallow the connection, or the server is overloaded.",
  },
  tls: {
    outcome: "tls",
    message:
      "No secure connection could be made: the certificate is not trusted or belongs to another name, or this port does not speak TLS (then the address begins with http://).",
  },
  reset: {
    outcome: "server_error",
    message: "The server closed the connection without a whole answer. Check the address, or try again later.",
  },
  bad_answer: { outcome: "not_llm", message: "What answers at this address does not speak HTTP. Check the port." },
  too_large: { outcome: "not_llm", message: "The answer is far too long for an LLM endpoint. Check the address." },
  bad_url: { outcome: "unknown_host", message: "This is no address that begins with http:// or https://." },
  bad_request: { outcome: "bad_key", message: "The key contains characters that can't be sent, such as a line break. Copy it again." },
};

const redirected: Verdict = {
  outcome: "not_llm",
  message:
    "The address redirects to another one, and Mosaic follows no redirects: a key would go to an address that you did not enter. Enter the final address.",
};
const isPage: Verdict = {
  outcome: "not_llm",
  message: "A web page answers at this address, not an LLM endpoint. The address of an API often ends in /v1.",
};
const isForeign: Verdict = {
  outcome: "not_llm",
  message: "Something answers at this address, but not as an LLM endpoint does. The address of an API often ends in /v1.",
};
const rateLimited: Verdict = { outcome: "rate_limited", message: "The provider's rate limit is reached. Wait a moment and test again." };
const outOfCredit: Verdict = {
  outcome: "rate_limited",
  message: "The provider says that the account's credit or quota is used up. Add credit there, then test again.",
};

export function judgeFailure({ code, message }: OutboundError): Verdict {
  if (code === "address_refused") {
    return { outcome: "address_refused", message };
  }
  return code === "redirected" ? redirected : failures[code];
}

/**
 * What an admin would enter to allow the address of a URL; `null` for the addresses of metadata services and the like, which nobody should open
 * with a click.
 */
export function allowableEntry(url: string, { reason }: OutboundError): string | null {
  const { hostname, port, protocol } = new URL(url);
  // The reason of a refused address is its category.
  return reason === null || isNeverOpen(reason as AddressCategory)
    ? null
    : `${hostname}:${port === "" ? (protocol === "https:" ? "443" : "80") : port}`;
}

/** `null`: this is a 200 with JSON, for the caller to read. */
export function judgeList(answer: LlmAnswer, hasKey: boolean): ListVerdict | null {
  const { status } = answer;
  if (status === 404 || status === 405 || status === 501) {
    return { ...(looksLikePage(answer.body) ? isPage : noList(status)), isListMissing: true };
  }
  return judgeCommon(answer, hasKey);
}

/** `null`: this is a 200 with JSON, for the caller to read. `isListKnown`: the same server has answered with its model list. */
export function judgeChat(answer: LlmAnswer, model: string, options: { hasKey: boolean; isListKnown: boolean }): Verdict | null {
  const { status, body } = answer;
  const error = errorText(body);
  const missing: Verdict = {
    outcome: "model_missing",
    message: `The provider does not have the model ${model}, or this key may not use it. Choose another one.`,
  };
  const blamesModel =
    /model/i.test(error) &&
    /not[ _-]?found|does ?n[o']t exist|not exist|unknown|no such|not a valid|invalid model|not supported|no access|not have access/i.test(
      error,
    );
  if (status >= 400 && status < 500 && status !== 401 && status !== 429 && blamesModel) {
    return missing;
  }
  if (status === 404) {
    return options.isListKnown ? missing : looksLikePage(body) ? isPage : isForeign;
  }
  // One token is too few for some models, which say so: they are there and they answer.
  if (status === 400 && /max_(completion_|output_)?tokens|output limit/i.test(error)) {
    return { outcome: "ok", message: "" };
  }
  if (status === 400 || status === 422) {
    return {
      outcome: "not_llm",
      message: `The provider refused a short test message to ${model} (status ${status}). The model may not be one for conversations: choose another one.`,
    };
  }
  return judgeCommon(answer, options.hasKey);
}

function judgeCommon(answer: LlmAnswer, hasKey: boolean): Verdict | null {
  const { status, body } = answer;
  if (status === 200) {
    return looksLikePage(body) ? isPage : parseJson(body) === undefined ? isForeign : null;
  }
  if (status >= 300 && status < 400) {
    return redirected;
  }
  if (status === 401 || status === 403) {
    const message = hasKey
      ? "The provider did not accept the key. Check that it is copied whole, is not revoked, and belongs to this provider."
      : "The provider wants a key. Enter one.";
    return { outcome: "bad_key", message };
  }
  if (status === 402 || (status === 429 && /quota|credit|balance|billing/i.test(errorText(body)))) {
    return outOfCredit;
  }
  if (status === 429) {
    return rateLimited;
  }
  if (status >= 500) {
    return { outcome: "server_error", message: `The provider has a fault of its own (status ${status}). Try again later.` };
  }
  return looksLikePage(body)
    ? isPage
    : { outcome: "not_llm", message: `The server answered with status ${status}, as an LLM endpoint does not. Check the address.` };
}

function noList(status: number): Verdict {
  return {
    outcome: "not_llm",
    message: `The server has no list of models at this address (status ${status}). Check the address, which often ends in /v1; if the server really has no list, enter a model by hand and test again.`,
  };
}

function looksLikePage(body: string): boolean {
  return /^\s*<(!doctype|html|head|body|\?xml)/i.test(body.slice(0, 1000));
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Only for looking at: what a provider writes is never shown. */
function errorText(body: string): string {
  const parsed = parseJson(body);
  const error = isRecord(parsed) ? (parsed["error"] ?? parsed["message"] ?? parsed) : body;
  return (typeof error === "string" ? error : JSON.stringify(error)).slice(0, 2000);
}
