import { afterAll, beforeAll, expect, test } from "vitest";
import { oddListNames } from "./odd-lists.js";
import { findOddModel, oddModelNames, oddText } from "./odd-models.js";
import { type OddProvider, startOddProvider } from "./odd-provider.js";

let odd: OddProvider;

beforeAll(async () => {
  odd = await startOddProvider();
});
afterAll(() => odd.close());

const ask = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${odd.url}${path}`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
const asked = { messages: [{ role: "user", content: "Hi" }], stream: true };

test.each([
  ["openai", "/v1/chat/completions", "data: [DONE]"],
  ["anthropic", "/v1/messages", '"type":"message_stop"'],
  ["ollama", "/api/chat", '"done":true'],
])("the plain model answers over %s, word by word and to the end", async (_protocol, path, end) => {
  const response = await ask(path, { ...asked, model: "plain" });
  const text = await response.text();
  expect(response.status).toBe(200);
  for (const word of oddText.split(" ")) expect(text).toContain(word);
  expect(text).toContain(end);
});

test.each(oddModelNames)("%s answers or refuses over every protocol, and never breaks", async (model) => {
  for (const path of ["/v1/chat/completions", "/v1/messages", "/api/chat"]) {
    const response = await ask(path, { ...asked, model });
    await response.text();
    expect(response.status).toBeGreaterThanOrEqual(200);
  }
});

test.each([
  ["refuses-max-completion-tokens", { max_completion_tokens: 1 }, 422],
  ["refuses-max-tokens", { max_tokens: 1 }, 400],
  ["refuses-store", { store: false }, 400],
  ["refuses-stream-options", { stream_options: {} }, 400],
  ["refuses-tools", { tools: [{}] }, 400],
  ["refuses-developer-role", { messages: [{ role: "developer", content: "x" }] }, 400],
  ["only-streams", { stream: false }, 400],
])("%s refuses %o and takes a request without it", async (model, field, status) => {
  expect((await ask("/v1/chat/completions", { ...asked, model, ...field })).status).toBe(status);
  expect((await ask("/v1/chat/completions", { ...asked, model })).status).toBe(200);
});

test("an unknown model is a 404, and no name of an object's own leads to one", async () => {
  expect((await ask("/v1/chat/completions", { ...asked, model: "nobody" })).status).toBe(404);
  expect(findOddModel("__proto__")).toBeUndefined();
  expect(findOddModel("constructor")).toBeUndefined();
});

test.each(oddListNames)("%s stands where a list of models should be", async (list) => {
  const response = await fetch(`${odd.url}/${list}/v1/models`);
  expect((await response.text()).length).toBeGreaterThan(10);
});

test("below /bearer only a bearer token counts", async () => {
  const body = { ...asked, model: "plain" };
  expect((await ask("/bearer/v1/messages", body, { "x-api-key": "k" })).status).toBe(401);
  expect((await ask("/bearer/v1/messages", body, { authorization: "Bearer k" })).status).toBe(200);
});
