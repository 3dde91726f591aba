import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { promisify } from "node:util";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { Agent } from "@mosaic/contracts/agent";
import { generateText, streamText } from "ai";
import OpenAI, { APIError, APIUserAbortError, AuthenticationError, NotFoundError, PermissionDeniedError } from "openai";
import type { ChatCompletion, ChatCompletionChunk } from "openai/resources/chat/completions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { programmer, type Programmer } from "./harness/programs.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";

const run = promisify(execFile);
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const slow = "[demo:slow ms=50 words=400]";

let app: TestApp;
/** Somebody whose agent is awake, for what is about something else. */
let ann: Programmer;

beforeAll(async () => {
  app = await startTestApp();
  ann = await programmer(app);
  await ann.openai().chat.completions.create({ model: ann.model, messages: [{ role: "user", content: "Hello" }] });
});

afterAll(async () => {
  await app.close();
});

const asked = (content: string): { role: "user"; content: string }[] => [{ role: "user", content }];
const aiModel = ({ token, model }: Programmer) =>
  createOpenAICompatible({ name: "mosaic", baseURL: `${app.url}/v1`, apiKey: token, includeUsage: true }).chatModel(model);
const curlArguments = ({ token }: Programmer, more: readonly string[] = []): string[] => [
  "-sS",
  "-N",
  "-H",
  `Authorization: Bearer ${token}`,
  "-H",
  "Content-Type: application/json",
  ...more,
  `${app.url}/v1/chat/completions`,
];

test("the AI SDK streams an answer with its usage, and gets one whole", async () => {
  const model = aiModel(ann);
  const { text, usage, finishReason } = await generateText({ model, prompt: "Whole", maxRetries: 0 });
  expect(text).toContain("I was sent 1 message");
  expect([finishReason, usage.totalTokens]).toEqual(["stop", expect.any(Number)]);
  const streamed = streamText({
    model,
    maxRetries: 0,
    messages: [...asked("Whole"), { role: "assistant", content: text }, ...asked("[demo:slow ms=60 words=6]")],
  });
  const pieces: string[] = [];
  for await (const piece of streamed.textStream) {
    pieces.push(piece);
  }
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.join("").match(/word\d+/g)).toEqual(["word1", "word2", "word3", "word4", "word5", "word6"]);
  expect([await streamed.finishReason, (await streamed.usage).outputTokens]).toEqual(["stop", expect.any(Number)]);
});

test("curl streams an answer, gets one whole, and sends a body that it asks for leave to send", async () => {
  const body = (more: object): string => JSON.stringify({ model: ann.model, messages: asked("By curl"), ...more });
  const streamed = (await run("curl", curlArguments(ann, ["-d", body({ stream: true })]))).stdout;
  const frames = streamed.trimEnd().split("\n\n");
  expect(frames.pop()).toBe("data: [DONE]");
  const chunks = frames.map((frame) => JSON.parse(frame.replace(/^data: /, "")) as ChatCompletionChunk);
  expect(chunks.map(({ choices: [choice] }) => choice?.delta.content ?? "").join("")).toContain("I was sent");
  const whole = JSON.parse((await run("curl", curlArguments(ann, ["-d", body({ stream: false })]))).stdout) as ChatCompletion;
  expect(whole).toMatchObject({ object: "chat.completion", choices: [{ finish_reason: "stop", message: { role: "assistant" } }] });
  const file = {
    type: "file",
    file: { filename: "big.txt", file_data: `data:text/plain;base64,${Buffer.alloc(2 * 1024 * 1024, "a").toString("base64")}` },
  };
  const large = body({ messages: [{ role: "user", content: [{ type: "text", text: "Keep this" }, file] }] });
  const curl = spawn("curl", curlArguments(ann, ["-H", "Expect: 100-continue", "--data-binary", "@-"]));
  let answer = "";
  curl.stdout.on("data", (data) => (answer += String(data)));
  curl.stdin.end(large);
  await once(curl, "close");
  expect(JSON.parse(answer)).toMatchObject({ choices: [{ finish_reason: "stop" }] });
});

test("a program that leaves stops its turn at the agent, however it leaves", async () => {
  const bob = await programmer(app);
  await bob.openai().chat.completions.create({ model: bob.model, messages: asked("Hello") });
  const gateway = app.runtime.gatewayOf(bob.agentId);
  const before = gateway.requests.filter(({ path }) => path === "chat.send").length;
  const client = bob.openai();
  const [whole, ofAiSdk] = [new AbortController(), new AbortController()];
  const stream = await client.chat.completions.create({ model: bob.model, messages: asked(`${slow} one`), stream: true });
  const refused = client.chat.completions
    .create({ model: bob.model, messages: asked(`${slow} two`) }, { signal: whole.signal })
    .catch((error: unknown) => error);
  const bySdk = streamText({
    model: aiModel(bob),
    messages: asked(`${slow} three`),
    abortSignal: ofAiSdk.signal,
    maxRetries: 0,
    onError: () => undefined,
  });
  const curl = spawn(
    "curl",
    curlArguments(bob, ["-d", JSON.stringify({ model: bob.model, messages: asked(`${slow} four`), stream: true })]),
  );
  for await (const chunk of stream) {
    if ((chunk.choices[0]?.delta.content ?? "") !== "") break;
  }
  for await (const piece of bySdk.textStream) {
    if (piece !== "") break;
  }
  await expect.poll(() => gateway.requests.filter(({ path }) => path === "chat.send").length).toBe(before + 4);
  expect(gateway.abortedCount).toBe(0);
  whole.abort();
  ofAiSdk.abort();
  curl.kill("SIGTERM");
  expect(await refused).toBeInstanceOf(APIUserAbortError);
  await expect.poll(() => gateway.abortedCount, { timeout: 8_000 }).toBe(4);
  // What was left is no obstacle for what comes next.
  const next = await client.chat.completions.create({ model: bob.model, messages: asked(`${slow.replace("400", "3")} one`) });
  expect(next.choices[0]?.finish_reason).toBe("stop");
});

test("an image reaches the model, from either client", async () => {
  const { openai, client, ...rest } = await programmer(app);
  const { id: providerId } = (
    await client.post("/api/providers", { kind: "demo", name: "Seeing", models: [{ id: "mosaic-demo", images: true }] })
  ).json<{ id: string }>();
  const { id } = (await client.post("/api/agents", { name: "Iris", model: { providerId, model: "mosaic-demo" } })).json<Agent>();
  const model = `openclaw/${id}`;
  const url = `data:image/png;base64,${png.toString("base64")}`;
  const content = [
    { type: "text" as const, text: "Look at this" },
    { type: "image_url" as const, image_url: { url } },
  ];
  await openai().chat.completions.create({ model, messages: [{ role: "user", content }] });
  await generateText({
    model: aiModel({ openai, client, ...rest, model }),
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "And at this" },
          { type: "file", mediaType: "image/png", data: png },
        ],
      },
    ],
    maxRetries: 0,
  });
  const sends = app.runtime.gatewayOf(id).requests.filter(({ path }) => path === "chat.send");
  expect(sends).toHaveLength(2);
  for (const { body } of sends) {
    expect(body).toMatchObject({ attachments: [{ type: "image", mimeType: "image/png", content: png.toString("base64") }] });
  }
});

/** Of a request that is refused. */
async function refusalOf(request: Promise<unknown>): Promise<APIError> {
  const thrown: unknown = await request.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof APIError)) {
    throw new Error(`It was not refused as OpenAI's API refuses: ${String(thrown)}`);
  }
  return thrown;
}

test("a wrong key, a wrong model and a token that may not are refused as OpenAI's API refuses them", async () => {
  const ask = async (api: OpenAI, model = ann.model) => refusalOf(api.chat.completions.create({ model, messages: asked("Hello") }));
  const wrongKey = await ask(new OpenAI({ baseURL: `${app.url}/v1`, apiKey: "sk-wrong", maxRetries: 3 }));
  expect(wrongKey).toBeInstanceOf(AuthenticationError);
  expect(wrongKey).toMatchObject({ status: 401, code: "invalid_api_key", type: "authentication_error", param: null });
  expect(wrongKey.requestID).toMatch(/^[\w-]{8,}$/);
  const other = await programmer(app);
  const wrongModels = [await ask(ann.openai(), "gpt-5"), await ask(ann.openai(), other.model), await ask(ann.openai(), "openclaw/")];
  for (const wrong of wrongModels) {
    expect(wrong).toBeInstanceOf(NotFoundError);
    expect(wrong).toMatchObject({ status: 404, code: "model_not_found", param: "model", requestID: expect.any(String) as string });
  }
  const { bearer } = await app.token(ann.client, ["read"]);
  const forbidden = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: bearer ?? "", maxRetries: 3 });
  for (const refusal of [await ask(forbidden), await refusalOf(forbidden.models.list())]) {
    expect(refusal).toBeInstanceOf(PermissionDeniedError);
    expect(refusal).toMatchObject({ status: 403, code: "forbidden", type: "permission_error" });
  }
});

test("a model is found by its id with its slash as it is or encoded, and no other one's is", async () => {
  const get = async (path: string) => {
    const response = await fetch(`${app.url}/v1/models/${path}`, { headers: { authorization: `Bearer ${ann.token}` } });
    return { status: response.status, body: (await response.json()) as { id?: string; error?: object } };
  };
  for (const path of [ann.model, encodeURIComponent(ann.model), ann.model.replace("/", "%2f")]) {
    expect(await get(path)).toMatchObject({ status: 200, body: { id: ann.model, object: "model" } });
  }
  expect((await get("openclaw")).body.id).toBe("openclaw");
  const other = await programmer(app);
  for (const path of [other.model, "openclaw%2F", `${ann.model}/x`, "%252F", "openclaw/%00"]) {
    expect([path, await get(path)]).toMatchObject([path, { status: 404, body: { error: { code: "model_not_found", param: "model" } } }]);
  }
  expect(await get("%E0%A4%A")).toMatchObject({ status: 400, body: { error: { type: "invalid_request_error" } } });
});

test("a sleeping agent's stream begins before the agent is ready", async () => {
  const bob = await programmer(app);
  let open = (): void => undefined;
  app.runtime.faults.hasImage = false;
  app.runtime.gate = new Promise((resolve) => {
    open = resolve;
  });
  const response = await bob.post("chat/completions", { model: bob.model, messages: asked("Good morning"), stream: true });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = (await reader?.read())?.value ?? "";
  expect([...app.runtime.containers.values()].some(({ spec, state }) => spec.agentId === bob.agentId && state === "running")).toBe(false);
  expect(JSON.parse(first.replace(/^data: /, ""))).toMatchObject({ choices: [{ delta: { role: "assistant", content: "" } }] });
  open();
  let rest = "";
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    rest += read.value;
  }
  expect(rest).toContain('"finish_reason":"stop"');
  expect(rest.endsWith("data: [DONE]\n\n")).toBe(true);
});

interface Refused {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly type?: string;
  readonly status: number;
  readonly code: string;
}

test("whatever else is asked is refused in OpenAI's shape, and never again by itself", async () => {
  const body = (messages: unknown, more: object = {}): string => JSON.stringify({ model: ann.model, messages, ...more });
  const cases: Readonly<Record<string, Refused>> = {
    "an unknown route": { path: "completions", body: "{}", status: 404, code: "not_found" },
    "a route with a wrong method": { method: "PUT", path: "models", body: "{}", status: 404, code: "not_found" },
    "reading what is to be posted": { method: "GET", status: 404, code: "not_found" },
    "deleting a model": { method: "DELETE", path: `models/${ann.model}`, status: 404, code: "not_found" },
    "the root": { method: "GET", path: "", status: 404, code: "not_found" },
    "no JSON": { body: "{model:", status: 400, code: "malformed_body" },
    "JSON of something else": { body: "[]", status: 400, code: "invalid_input" },
    "no body": { body: "", status: 400, code: "malformed_body" },
    "a form": { body: "a=b", type: "application/x-www-form-urlencoded", status: 415, code: "unsupported_media_type" },
    "no messages": { body: body([]), status: 400, code: "invalid_input" },
    "nothing said": { body: body(asked(" ")), status: 400, code: "invalid_input" },
    "an answer last": { body: body([...asked("Hi"), { role: "assistant", content: "Hi" }]), status: 400, code: "invalid_input" },
    "instructions alone": { body: body([{ role: "system", content: "Be kind" }]), status: 400, code: "invalid_input" },
    "too many messages": { body: body(Array.from({ length: 4_001 }, () => asked("Hi")[0])), status: 400, code: "invalid_input" },
    "too many values": {
      body: body(asked("Hi"), { metadata: { many: Array.from({ length: 60_001 }, () => 1) } }),
      status: 400,
      code: "malformed_body",
    },
    "an image elsewhere": {
      body: body([{ role: "user", content: [{ type: "image_url", image_url: { url: "https://example.org/a.png" } }] }]),
      status: 400,
      code: "invalid_input",
    },
    "a sound": { body: body([{ role: "user", content: [{ type: "input_audio", input_audio: {} }] }]), status: 400, code: "invalid_input" },
  };
  const sent = app.runtime.gatewayOf(ann.agentId).requests.length;
  for (const [
    name,
    { method = "POST", path = "chat/completions", body: content, type = "application/json", status, code },
  ] of Object.entries(cases)) {
    const response = await fetch(`${app.url}/v1${path === "" ? "" : "/"}${path}`, {
      method,
      headers: { authorization: `Bearer ${ann.token}`, "content-type": type },
      ...(content === undefined ? {} : { body: content }),
    });
    const { error, ...others } = (await response.json()) as { error?: { code: string; type: string } };
    expect([name, response.status, error?.code, Object.keys(error ?? {}), others]).toEqual([
      name,
      status,
      code,
      ["message", "type", "param", "code"],
      {},
    ]);
    expect([name, response.headers.get("content-type"), response.headers.get("x-should-retry")]).toEqual([
      name,
      expect.stringContaining("application/json"),
      "false",
    ]);
    expect(response.headers.get("x-request-id")).toMatch(/^[\w-]{8,}$/);
  }
  expect(app.runtime.gatewayOf(ann.agentId).requests).toHaveLength(sent);
});

test("a body that is too large is refused before it comes", async () => {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  const head = [
    "POST /v1/chat/completions HTTP/1.1",
    "Host: mosaic",
    `Authorization: Bearer ${ann.token}`,
    "Content-Type: application/json",
  ];
  socket.write([...head, `Content-Length: ${17 * 1024 * 1024}`, "", "{"].join("\r\n"));
  let answer = "";
  for await (const piece of socket) {
    answer += String(piece);
    if (answer.includes("}}")) break;
  }
  socket.destroy();
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toMatchObject({
    error: { code: "body_too_large", type: "invalid_request_error" },
  });
});
