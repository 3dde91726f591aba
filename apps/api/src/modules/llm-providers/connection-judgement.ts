import { openclawDialects } from "@mosaic/agent-backends/openclaw-dialects";
import { looksLikePage, quoteProvider, wordsOf } from "@mosaic/agent-backends/provider-words";
import type { ProviderKind, ProviderTestOutcome } from "@mosaic/contracts/provider";
import { isNeverOpen, type AddressCategory } from "@mosaic/outbound/address-ranges";
import type { OutboundError, OutboundErrorCode } from "@mosaic/outbound/outbound-error";
import { parseJson, type FirstWords } from "./first-words.js";

/** A provider's answer, to be judged. */
export interface LlmAnswer {
  readonly status: number;
  readonly body: string;
}

/** What is known of the call beside its answer. */
export interface CallContext {
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly hasKey: boolean;
}

/** What a call means, in words that say what to do next. */
export interface Verdict {
  readonly outcome: ProviderTestOutcome;
  readonly message: string;
}

const failures: Readonly<Record<Exclude<OutboundErrorCode, "address_refused" | "redirected">, Verdict>> = {
  unknown_host: {
    outcome: "unknown_host",
    message: "The host name of this address is not known. Check its spelling, and that this machine reaches its name server.",
  },
  refused: {
    outcome: "refused",
    message:
      "Nothing listens at this address, or this machine has no route to it. Check the address and its port, and that the server runs.",
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
  bad_url: { outcome: "unknown_host", message: "This is not an address that begins with http:// or https://." },
  bad_request: { outcome: "bad_key", message: "The key contains characters that can't be sent, such as a line break. Copy it again." },
};

const redirected: Verdict = {
  outcome: "not_llm",
  message:
    "The address redirects to another one, and Mosaic follows no redirects: a key would go to an address that you did not enter. Enter the final address.",
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
export function judgeList(answer: LlmAnswer, context: CallContext): Verdict | null {
  const { status, body } = answer;
  if (status === 200) {
    return looksLikePage(body) ? isPage(context) : parseJson(body) === undefined ? noListAt(context) : null;
  }
  if (looksLikePage(body) && status < 500) {
    return isPage(context);
  }
  if (status === 404 || status === 405 || status === 501) {
    return {
      outcome: "not_llm",
      message: `The server has no list of models at this address (status ${status}). Check the address.${versionHint(context)} If the server really has no list, enter a model by hand and test again.${quoteProvider(wordsOf(body))}`,
    };
  }
  const verdict = judgeStatus(answer, context);
  return (context.hasKey && (status === 401 || status === 403)) || status >= 500
    ? { ...verdict, message: `${verdict.message} If only the list of models fails, enter a model by hand and test again.` }
    : verdict;
}

/** A call for an answer that was refused. `isListKnown`: the same server has answered with its model list. */
export function judgeRefusal(answer: LlmAnswer, model: string, context: CallContext & { readonly isListKnown: boolean }): Verdict {
  const { status, body } = answer;
  const words = wordsOf(body);
  if (status >= 400 && status < 500 && status !== 401 && status !== 429 && blamesModel(words, model)) {
    return modelMissing(model, words);
  }
  if (status === 404) {
    return context.isListKnown ? modelMissing(model, words) : looksLikePage(body) ? isPage(context) : isForeign(context, words);
  }
  if (status === 400 || status === 422) {
    return {
      outcome: "not_llm",
      message: `The provider refused a request as agents make it to ${model} (status ${status}).${quoteProvider(words)} If its words don't help, choose another model: this one may not be for conversations.`,
    };
  }
  return judgeStatus(answer, context);
}

/** What the beginning of an answer means; `null`: the model answers. */
export function judgeFirstWords(first: FirstWords, model: string, context: CallContext): Verdict | null {
  switch (first.kind) {
    case "answers":
      return null;
    case "thinks":
    case "silent":
      return {
        outcome: "not_llm",
        message:
          first.kind === "thinks"
            ? `${model} thought, but said nothing. Raise its limit of tokens for an answer, or turn its thinking off at the provider.`
            : `${model} accepted the message and ended its answer without a word. Check its settings at the provider (often its chat template).`,
      };
    case "whole":
      // OpenClaw reads a whole answer of OpenAI's protocol as well as a stream.
      return openclawDialects[context.kind].readsWholeAnswers
        ? null
        : {
            outcome: "not_llm",
            message: `${model} answers all at once instead of streaming, and agents can't read that. Turn streaming on at the provider or in the gateway before it.`,
          };
    case "error":
      return {
        outcome: "server_error",
        message: `The provider took the message to ${model} and then failed.${quoteProvider(first.words)}`,
      };
    case "foreign":
      return isForeign(context, "");
  }
}

function judgeStatus({ status, body }: LlmAnswer, context: CallContext): Verdict {
  const words = wordsOf(body);
  if (status >= 300 && status < 400) {
    return redirected;
  }
  if (status === 401 || status === 403) {
    const message = context.hasKey
      ? "The provider did not accept the key. Check that it is copied whole, is not revoked, and belongs to this provider."
      : "The provider wants a key. Enter one.";
    return { outcome: "bad_key", message: `${message}${quoteProvider(words)}` };
  }
  if (status === 402 || (status === 429 && /quota|credit|balance|billing/i.test(words))) {
    const message = "The provider says that the account's credit or quota is used up. Add credit there, then test again.";
    return { outcome: "rate_limited", message: `${message}${quoteProvider(words)}` };
  }
  if (status === 429) {
    return {
      outcome: "rate_limited",
      message: `The provider's rate limit is reached. Wait a moment and test again.${quoteProvider(words)}`,
    };
  }
  if (status >= 500) {
    return {
      outcome: "server_error",
      message: `The provider has a fault of its own (status ${status}). Try again later.${quoteProvider(words)}`,
    };
  }
  return looksLikePage(body)
    ? isPage(context)
    : {
        outcome: "not_llm",
        message: `The server answered with status ${status}, as an LLM endpoint does not. Check the address.${quoteProvider(words)}`,
      };
}

function blamesModel(words: string, model: string): boolean {
  const denial = /not[ _-]?found|does ?n[o']t exist|not exist|unknown|no such|not a valid|invalid model|no access|not have access/i;
  // A server that refuses a field may say of it that it is not supported with this model: that is about the field.
  const isOfModel = /model/i.test(words) || words.includes(model);
  return isOfModel && denial.test(words) && !/parameter|argument|field|property/i.test(words);
}

function modelMissing(model: string, words: string): Verdict {
  const message = `The provider does not have the model ${model}, or this key may not use it. Choose another one.`;
  return { outcome: "model_missing", message: `${message}${quoteProvider(words)}` };
}

export function noListAt(context: CallContext): Verdict {
  return { outcome: "not_llm", message: `Something answers at this address, but not with a list of models.${versionHint(context)}` };
}

function isPage(context: CallContext): Verdict {
  return {
    outcome: "not_llm",
    message: `A web page answers at this address, not an LLM endpoint.${versionHint(context) || " Check the address."}`,
  };
}

function isForeign(context: CallContext, words: string): Verdict {
  const advice = versionHint(context) || " Check the address.";
  return {
    outcome: "not_llm",
    message: `Something answers at this address, but not as an LLM endpoint does.${advice}${quoteProvider(words)}`,
  };
}

/** Only where it fits: an address of OpenAI's protocol that names no version yet. */
export function versionHint({ kind, baseUrl }: Pick<CallContext, "kind" | "baseUrl">): string {
  const { pathname } = new URL(baseUrl);
  return openclawDialects[kind].endsInVersion && !/\/v\d/i.test(pathname) ? " The address of an API often ends in /v1." : "";
}
