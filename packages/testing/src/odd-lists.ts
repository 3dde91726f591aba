import { oddModelNames } from "./odd-models.js";

export interface OddList {
  readonly status: number;
  /** A text is sent as a page. */
  readonly body: () => unknown;
}

/** What stands where a list of models should be: the first part of the provider's address chooses, as in `/list-bare-array/v1`. */
export const oddLists = {
  /** As OpenAI writes it. */
  "list-plain": { status: 200, body: () => ({ object: "list", data: entries() }) },
  /** Source: Together's `/v1/models` is the array itself. */
  "list-bare-array": { status: 200, body: () => entries() },
  /** Source: home-made gateways that list names alone. */
  "list-of-names": { status: 200, body: () => ({ data: [...oddModelNames] }) },
  /** Source: servers that speak OpenAI's protocol for answers and Ollama's for lists. */
  "list-as-models": { status: 200, body: () => ({ models: entries() }) },
  /** More than a client will read. Source: OpenRouter and NanoGPT, whose lists pass a megabyte with their descriptions. */
  "list-too-long": {
    status: 200,
    body: () => ({ object: "list", data: entries().map((entry) => ({ ...entry, description: "long ".repeat(12_000) })) }),
  },
  /** A key for answers alone. Source: LiteLLM's virtual keys, restricted keys of OpenAI (`api.model.read` is a scope of its own). */
  "list-401": {
    status: 401,
    body: () => ({ error: { message: "You have insufficient permissions for this operation. Missing scopes: api.model.read." } }),
  },
  "list-403": { status: 403, body: () => ({ error: { message: "This key may not list models" } }) },
  "list-404": { status: 404, body: () => ({ error: { message: "Not Found" } }) },
  "list-429": { status: 429, body: () => ({ error: { message: "Too many requests to /models" } }) },
  /** Source: LiteLLM with one broken entry in its configuration. */
  "list-500": { status: 500, body: () => ({ error: { message: "list index out of range" } }) },
  "list-page": { status: 200, body: () => "<!doctype html><html><body>Welcome to the console</body></html>" },
  "list-other-json": { status: 200, body: () => ({ status: "ok" }) },
} as const satisfies Record<string, OddList>;

export type OddListName = keyof typeof oddLists;

export const oddListNames = Object.keys(oddLists) as readonly OddListName[];

function entries(): { id: string; object: string }[] {
  return oddModelNames.map((id) => ({ id, object: "model" }));
}
