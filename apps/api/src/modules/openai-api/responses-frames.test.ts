import { createOpenAI } from "@ai-sdk/openai";
import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import { textOfParts, type MessagePart } from "@mosaic/contracts/message-parts";
import { jsonSchema, streamText, tool } from "ai";
import OpenAI from "openai";
import type { Response as OpenAiResponse, ResponseStreamEvent } from "openai/resources/responses/responses";
import { expect, test } from "vitest";
import { ResponseFrames, responseOf, type ResponseHead } from "./responses-frames.js";

const answerId = "01890a5d-ac96-774b-bcce-b302099a8057";
const head: ResponseHead = {
  answerId: "before",
  model: "openclaw",
  createdAt: new Date("2026-12-01T00:00:00.900Z"),
  told: {
    instructions: null,
    metadata: {},
    previousResponseId: null,
    conversation: null,
    isBackground: false,
    isStored: true,
    user: null,
    tools: [],
    toolChoice: "auto",
  },
};

function messageOf(parts: readonly MessagePart[], more: Partial<Message> = {}): Message {
  const content = textOfParts(parts);
  const usage = { inputTokens: 5, outputTokens: 3, cachedTokens: 2 };
  const createdAt = head.createdAt.toISOString();
  return {
    id: answerId,
    role: "assistant",
    content,
    parts: [...parts],
    status: "complete",
    error: null,
    usage,
    createdAt,
    ...more,
  };
}

function done(message: Message): TurnEvent {
  return { type: "done", message, problem: null };
}

/** As a reader of the stream has them. */
function eventsOf(stream: string): ResponseStreamEvent[] {
  return stream
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame, at) => {
      const [, name, data] = /^event: (.+)\ndata: (.+)$/.exec(frame) ?? [];
      const event = JSON.parse(data ?? "{}") as ResponseStreamEvent;
      expect([event.type, event.sequence_number]).toEqual([name, at]);
      return event;
    });
}

function responseAt(events: readonly ResponseStreamEvent[], at: number): OpenAiResponse {
  const event = events.at(at);
  if (event === undefined || !("response" in event)) {
    throw new Error(`no response in ${JSON.stringify(event)}`);
  }
  return event.response;
}

const call = {
  type: "tool_call",
  id: "call_1",
  name: "look",
  state: "running",
  input: "{…",
  isForClient: true,
  arguments: '{"far":true}',
} as const;

test("a text is told in the order that OpenAI documents, and the last event has all of it", () => {
  const frames = new ResponseFrames(head);
  const message = messageOf([{ type: "text", text: "Hello there" }]);
  const events = eventsOf(
    frames.begin() +
      frames.begun(answerId) +
      frames.next({ type: "reasoning", text: "Hm" }) +
      frames.next({ type: "delta", text: "Hello" }) +
      frames.next({ type: "delta", text: " there" }) +
      frames.next(done(message)) +
      frames.next({ type: "delta", text: "late" }),
  );
  expect(events.map(({ type }) => type)).toEqual([
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
  expect(responseAt(events, 0)).toMatchObject({
    id: `resp_${answerId}`,
    status: "in_progress",
    output: [],
    usage: null,
    created_at: 1_796_083_200,
  });
  expect(responseAt(events, -1)).toMatchObject({
    status: "completed",
    error: null,
    incomplete_details: null,
    output: [{ id: `msg_${answerId}`, type: "message", status: "completed", content: [{ type: "output_text", text: "Hello there" }] }],
    usage: { input_tokens: 5, output_tokens: 3, total_tokens: 8, input_tokens_details: { cached_tokens: 2 } },
  });
  expect(responseAt(events, -1)).toEqual(responseOf({ ...head, answerId }, message));
});

test("calls of the program's tools follow the text, each with all its arguments", () => {
  const frames = new ResponseFrames(head);
  const message = messageOf([{ type: "text", text: "I look" }, call, { ...call, id: "call_2", arguments: "{}" }]);
  const events = eventsOf(
    frames.begun(answerId) + frames.next({ type: "delta", text: "I look" }) + frames.next(call) + frames.next(done(message)),
  );
  expect(events.map(({ type }) => type).slice(5)).toEqual([
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    ...["call_1", "call_2"].flatMap(() => [
      "response.output_item.added",
      "response.function_call_arguments.delta",
      "response.function_call_arguments.done",
      "response.output_item.done",
    ]),
    "response.completed",
  ]);
  const { output } = responseAt(events, -1);
  expect(output.slice(1)).toEqual([
    { id: `fc_${answerId}_0`, type: "function_call", status: "completed", call_id: "call_1", name: "look", arguments: '{"far":true}' },
    { id: `fc_${answerId}_1`, type: "function_call", status: "completed", call_id: "call_2", name: "look", arguments: "{}" },
  ]);
  expect(responseAt(events, -1)).toEqual(responseOf({ ...head, answerId }, message));
});

test("both clients' readers take the calls of a stream", async () => {
  const frames = new ResponseFrames(head);
  const message = messageOf([{ type: "text", text: "I look" }, call]);
  const stream = frames.begun(answerId) + frames.next({ type: "delta", text: "I look" }) + frames.next(done(message));
  const fetched = async (): Promise<Response> =>
    Promise.resolve(new Response(stream, { headers: { "content-type": "text/event-stream" } }));
  const theirs = await new OpenAI({ apiKey: "key", fetch: fetched }).responses.stream({ model: "openclaw", input: "Look" }).finalResponse();
  expect(theirs).toMatchObject({
    output_text: "I look",
    output: [{ type: "message" }, { type: "function_call", arguments: '{"far":true}' }],
  });
  const look = tool({ inputSchema: jsonSchema({ type: "object" }) });
  const model = createOpenAI({ apiKey: "key", fetch: fetched }).responses("openclaw");
  const sdk = streamText({ model, prompt: "Look", tools: { look }, maxRetries: 0 });
  expect(await sdk.text).toBe("I look");
  expect(await sdk.toolCalls).toMatchObject([{ toolCallId: "call_1", toolName: "look", input: { far: true } }]);
  expect(await sdk.finishReason).toBe("tool-calls");
});

test("a call alone has no message beside it, nothing at all has an empty one", () => {
  for (const [parts, types] of [
    [[call], ["function_call"]],
    [[], ["message"]],
  ] as const) {
    const frames = new ResponseFrames(head);
    const message = messageOf(parts);
    const events = eventsOf(frames.begun(answerId) + frames.next(done(message)));
    expect(responseAt(events, -1).output.map(({ type }) => type)).toEqual(types);
    expect(responseAt(events, -1)).toEqual(responseOf({ ...head, answerId }, message));
  }
});

test("an answer that was cut off is incomplete", () => {
  const frames = new ResponseFrames(head);
  const error = { code: "answer_cut", title: "The answer is cut off" } as const;
  const message = messageOf([{ type: "text", text: "Once upon" }], { status: "broken_off", error });
  const events = eventsOf(frames.begun(answerId) + frames.next({ type: "delta", text: "Once upon" }) + frames.next(done(message)));
  expect(events.at(-1)?.type).toBe("response.incomplete");
  expect(responseAt(events, -1)).toMatchObject({
    status: "incomplete",
    incomplete_details: { reason: "max_output_tokens" },
    output: [{ status: "incomplete" }],
  });
});

test("a fault ends the stream, with what was said until then", () => {
  const frames = new ResponseFrames(head);
  const error = { code: "provider_error", title: "The provider failed", detail: "“Quota exceeded”" } as const;
  const message = messageOf([{ type: "text", text: "Once" }], { status: "broken_off", error: error as unknown as Message["error"] });
  const events = eventsOf(
    frames.begun(answerId) + frames.next({ type: "delta", text: "Once" }) + frames.next(done(message)) + frames.next(done(message)),
  );
  expect(events.at(-1)?.type).toBe("response.failed");
  expect(responseAt(events, -1)).toMatchObject({
    status: "failed",
    error: { code: "provider_error", message: "“Quota exceeded”" },
    output: [{ status: "incomplete", content: [{ text: "Once" }] }],
  });
});

test("a fault before the turn is known comes after a beginning, which clients want first", () => {
  const frames = new ResponseFrames(head);
  const events = eventsOf(frames.begin() + frames.fail({ message: "Too many", type: "server_error", param: null, code: "overloaded" }));
  expect(events.map(({ type }) => type)).toEqual(["response.created", "response.in_progress", "response.failed"]);
});

test("another process that tells the end again repeats nothing, and one that tells it differently is a fault", () => {
  const frames = new ResponseFrames(head);
  const said = frames.begun(answerId) + frames.next({ type: "delta", text: "One two" });
  const resumed =
    frames.next({ type: "resumed", parts: [{ type: "text", text: "One" }] }) + frames.next({ type: "delta", text: " two three" });
  const events = eventsOf(said + resumed);
  expect(events.flatMap((event) => (event.type === "response.output_text.delta" ? [event.delta] : []))).toEqual(["One two", " three"]);
  expect(frames.next({ type: "resumed", parts: [{ type: "text", text: "Other" }] })).toContain("response.failed");
});
