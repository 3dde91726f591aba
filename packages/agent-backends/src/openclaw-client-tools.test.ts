import { clientArgumentsMaxCharacters, toolCallPart, toolTextMaxCharacters } from "@mosaic/contracts/message-parts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClientTools, GatewayEvent } from "./agent-backend.js";
import { explainError, explainResponse } from "./openclaw-failure.js";
import { openOpenclawStream } from "./openclaw-stream.js";
import { openclawBackend } from "./openclaw.js";

const weather = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
};

describe("a program's tools in a request", () => {
  it("go along with the choice among them", () => {
    expect(bodyOf("Weather?", { tools: [weather], toolChoice: "required" })).toMatchObject({
      tools: [weather],
      tool_choice: "required",
      messages: [{ role: "user", content: "Weather?" }],
    });
  });

  it("say that they take nothing where they left that out", () => {
    const { tools } = bodyOf("x", { tools: [{ type: "function", function: { name: "now" } }, "odd", { type: "custom" }] });
    expect(tools).toEqual([
      { type: "function", function: { name: "now", parameters: { type: "object", properties: {} } } },
      "odd",
      { type: "custom" },
    ]);
  });

  it("are left out where there are none, with the choice among them", () => {
    const body = bodyOf("x", { tools: [], toolChoice: "auto" });
    expect(body).not.toHaveProperty("tools");
    expect(body).not.toHaveProperty("tool_choice");
  });
});

describe("results in a request", () => {
  const calls = [
    { id: "22d680736", name: "get_weather", arguments: '{"city":"Aachen"}' },
    { id: "0197938cb", name: "write", arguments: JSON.stringify({ text: "ü".repeat(5000) }) },
  ];
  const results = [
    { callId: "22d680736", content: "sunny" },
    { callId: "0197938cb", content: "" },
  ];

  it("come after the calls that they are of, without any other message", () => {
    const { messages } = bodyOf("", { tools: [weather], calls, results });
    expect(messages).toEqual([
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "22d680736", type: "function", function: { name: "get_weather", arguments: '{"city":"Aachen"}' } },
          { id: "0197938cb", type: "function", function: { name: "write", arguments: expect.stringMatching(/^.{1000}…$/) } },
        ],
      },
      { role: "tool", tool_call_id: "22d680736", content: "sunny" },
      { role: "tool", tool_call_id: "0197938cb", content: "" },
    ]);
  });

  it("come before what is said beside them", () => {
    expect(bodyOf("And now?", { tools: [], results })["messages"]).toEqual([
      { role: "tool", tool_call_id: "22d680736", content: "sunny" },
      { role: "tool", tool_call_id: "0197938cb", content: "" },
      { role: "user", content: "And now?" },
    ]);
  });
});

describe("calls in the gateway's stream", () => {
  const pieces = [
    line({ role: "assistant" }),
    line({ content: "Let me look." }),
    line({ tool_calls: [{ index: 0, id: "ad592ab95", type: "function", function: { name: "get_weather", arguments: "" } }] }),
    line({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
    line({ tool_calls: [{ index: 0, function: { arguments: '"A"}' } }] }),
    line({ tool_calls: [{ index: 1, id: "0197938cb", type: "function", function: { name: "get_clock", arguments: "" } }] }),
    line({ tool_calls: [{ index: 1, function: { arguments: "{}" } }] }),
    line({}, "tool_calls"),
    'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":1}}\n\n',
    "data: [DONE]\n\n",
  ];
  const told = [
    { type: "delta", text: "Let me look." },
    call("ad592ab95", "get_weather", '{"city":"A"}'),
    call("0197938cb", "get_clock", "{}"),
    { type: "usage", usage: { inputTokens: 7, outputTokens: 1, cachedTokens: 0 } },
    { type: "end" },
  ];

  it("are told whole, once each, however the stream is cut", () => {
    const bytes = new TextEncoder().encode(pieces.join(""));
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
        const edges = [0, ...cuts.toSorted((one, other) => one - other), bytes.length];
        expect(read(edges.slice(1).map((end, at) => bytes.subarray(edges[at], end)))).toEqual(told);
      }),
    );
  });

  it("are told with all that they were given, and with its beginning for people", () => {
    const given = JSON.stringify({ text: "x".repeat(100_000) });
    const [event] = read([one(given), line({}, "tool_calls")]);
    expect(toolCallPart.parse(event)).toEqual(event);
    expect(event).toMatchObject({ arguments: given, input: `${given.slice(0, toolTextMaxCharacters)}…` });
  });

  it("break off where there is more than a program is told of", () => {
    const many = Array.from({ length: 65 }, (_, index) => line({ tool_calls: [{ index, id: `c${index}`, function: { name: "f" } }] }));
    const large = Array.from({ length: 5 }, (_, index) => one("x".repeat(220_000), index));
    for (const chunks of [[one("x".repeat(clientArgumentsMaxCharacters + 1))], many, large]) {
      expect(read([...chunks, line({}, "tool_calls"), "data: [DONE]\n\n"])).toEqual([
        { type: "failure", code: "agent_broke_off", detail: expect.stringContaining("more than one answer can hold") },
      ]);
    }
  });

  it("may be anything, and are read all the same", () => {
    const odd = [null, 1, "x", {}, [null, { index: "a" }, { index: 0, id: 3, function: [] }, { function: { name: "f", arguments: 5 } }]];
    for (const tool_calls of odd) {
      const events = read([line({ tool_calls }, "tool_calls"), "data: [DONE]\n\n"]);
      expect(events.at(-1)).toEqual({ type: "end" });
      expect(events.every((event) => event.type === "end" || toolCallPart.safeParse(event).success)).toBe(true);
    }
  });
});

describe("what OpenClaw says about a program's tools", () => {
  it.each([
    ["invalid tool configuration", "invalid_request_error", "invalid_input"],
    ["tool_choice=required was not satisfied by the agent response", "api_error", "agent_broke_off"],
    ["tool_choice required a get_weather tool call, but the agent did not produce one", "api_error", "agent_broke_off"],
    ["400 tool_choice is not supported by this model", "invalid_request_error", "provider_failed"],
  ])("%s", (message, type, code) => {
    expect(explainError({ message, type }, { elapsedMs: 500, hasText: false }).code).toBe(code);
  });

  it("is quoted where it took none of them", () => {
    const error = { message: "Invalid tools/tool_choice: only function tools are supported", type: "invalid_request_error" };
    expect(explainResponse(400, JSON.stringify({ error }))).toEqual({
      code: "invalid_input",
      detail: expect.stringContaining("only function tools are supported"),
    });
  });
});

function bodyOf(text: string, client: ClientTools): Record<string, unknown> {
  return JSON.parse(openclawBackend.turnRequest({ gatewayToken: "t", session: "c-1", text, client }).body) as Record<string, unknown>;
}

function read(chunks: readonly (Uint8Array | string)[]): GatewayEvent[] {
  const stream = openOpenclawStream(() => 0);
  const events = chunks.flatMap((chunk) => stream.push(chunk));
  return events.some(({ type }) => type === "end" || type === "failure") ? events : [...events, ...stream.close()];
}

function one(given: string, index = 0): string {
  return line({ tool_calls: [{ index, id: `c${index}`, type: "function", function: { name: "f", arguments: given } }] });
}

function line(delta: unknown, finish: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

function call(id: string, name: string, given: string): unknown {
  return { type: "tool_call", id, name, state: "running", input: given, isForClient: true, arguments: given };
}
