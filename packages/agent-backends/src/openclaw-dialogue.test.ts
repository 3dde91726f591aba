import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DialogueInput, DialogueStep, GatewayDialogue, GatewayEvent } from "./agent-backend.js";
import { openOpenclawDialogue } from "./openclaw-dialogue.js";

const turnId = "0199f000-0000-7000-8000-00000000a001";
const input: DialogueInput = { gatewayToken: "token-canary", session: "c1", turnId, text: "/new is how I begin", said: null };
const challenge = JSON.stringify({ type: "event", event: "connect.challenge", payload: { nonce: "n", ts: 1 } });
const scopes = ["operator.read", "operator.write", "operator.admin"];

const event = (name: string, payload: object): string => JSON.stringify({ type: "event", event: name, payload });
const chat = (payload: object, runId = turnId): string => event("chat", { runId, sessionKey: "agent:main:conv-c1", ...payload });
const agent = (stream: string, data: object): string => event("agent", { runId: turnId, stream, data });
const message = (text: string): object => ({ role: "assistant", content: [{ type: "text", text }] });
const delta = (text: string, deltaText = text): string => chat({ state: "delta", deltaText, message: message(text) });
const final = (text: string, stopReason = "stop"): string => chat({ state: "final", stopReason, message: message(text) });
const row = (id: string, over: object): string =>
  event("session.message", { message: { role: "assistant", content: [], __openclaw: { id, runId: turnId }, ...over } });

/** Answers what a dialogue asks, as OpenClaw does. */
function answered(dialogue: GatewayDialogue, step: DialogueStep, answers: Readonly<Record<string, object>>): DialogueStep {
  let last = step;
  for (const frame of step.send) {
    const { id, method } = JSON.parse(frame) as { id: string; method: string };
    last = dialogue.receive(JSON.stringify({ type: "res", id, ...(answers[method] ?? { ok: true, payload: {} }) }));
  }
  return last;
}

const helloOk = { ok: true, payload: { auth: { scopes } } };
const started = { ok: true, payload: { runId: turnId, status: "started" } };

function opened(over: Partial<DialogueInput> = {}, nowMs?: () => number): { dialogue: GatewayDialogue; afterHello: DialogueStep } {
  const dialogue = openOpenclawDialogue({ ...input, ...over }, nowMs);
  return { dialogue, afterHello: answered(dialogue, dialogue.receive(challenge), { connect: helloOk }) };
}

function taken(over: Partial<DialogueInput> = {}, nowMs?: () => number): GatewayDialogue {
  const { dialogue, afterHello } = opened(over, nowMs);
  expect(answered(dialogue, afterHello, { "chat.send": started }).stage).toBe("taken");
  return dialogue;
}

/** Of a gateway whose history has no row of the turn. */
function all(dialogue: GatewayDialogue, frames: readonly string[]): GatewayEvent[] {
  return frames.flatMap((frame) => {
    const step = dialogue.receive(frame);
    return [...step.events, ...answered(dialogue, { ...step, events: [] }, { "chat.history": { ok: true, payload: {} } }).events];
  });
}

function textOf(events: readonly GatewayEvent[]): string {
  return events.map((each) => (each.type === "delta" ? each.text : "")).join("");
}

describe("the way in", () => {
  it("asks for what a stop takes, and sends the message as a text that is no command", () => {
    const { afterHello } = opened();
    const sent = afterHello.send.map((frame) => JSON.parse(frame) as { method: string; params: object });
    expect(sent.map(({ method }) => method)).toEqual(["sessions.messages.subscribe", "chat.send"]);
    expect(sent[1]?.params).toEqual({
      sessionKey: "conv-c1",
      message: "/new is how I begin",
      idempotencyKey: turnId,
      suppressCommandInterpretation: true,
      queueMode: "interrupt",
    });
    expect(afterHello.stage).toBe("opening");
  });

  it("brings images along with the message", () => {
    const images = [{ name: "a.png", mediaType: "image/png", base64: "iVBO" }];
    const dialogue = openOpenclawDialogue({ ...input, images });
    const { send } = answered(dialogue, dialogue.receive(challenge), { connect: helloOk });
    expect(JSON.parse(send.at(-1) ?? "")).toMatchObject({
      method: "chat.send",
      params: { attachments: [{ type: "image", mimeType: "image/png", fileName: "a.png", content: "iVBO" }] },
    });
  });

  it("is asked for once a connection, however often the gateway asks who is there", () => {
    const { dialogue } = opened();
    expect(dialogue.receive(challenge)).toMatchObject({ send: [], isHeard: false });
    dialogue.reopen();
    expect(dialogue.receive(challenge).send).toHaveLength(1);
  });

  it.each([
    ["no scope, as from elsewhere than the loopback", { ok: true, payload: { auth: { scopes: [] } } }, "unfit"],
    ["fewer scopes than were asked for", { ok: true, payload: { auth: { scopes: scopes.slice(0, 2) } } }, "unfit"],
    ["no word of scopes", { ok: true, payload: {} }, "unfit"],
    ["a newer protocol", { ok: false, error: { code: "INVALID_REQUEST", message: "protocol mismatch" } }, "unfit"],
    ["another token", { ok: false, error: { details: { code: "AUTH_TOKEN_MISMATCH" } } }, "stranger"],
  ])("with %s is none", (_what, connect, stage) => {
    const dialogue = openOpenclawDialogue(input);
    const step = answered(dialogue, dialogue.receive(challenge), { connect });
    expect([step.stage, step.send]).toEqual([stage, []]);
    expect(dialogue.stop()).toEqual([]);
  });

  it("tells that the message was refused", () => {
    const { dialogue, afterHello } = opened();
    const refused = { ok: false, error: { code: "INVALID_REQUEST", message: "session archived" } };
    const { events, stage } = answered(dialogue, afterHello, { "chat.send": refused });
    const detail = expect.stringMatching(/did not accept the message: “session archived”/);
    expect(events).toEqual([{ type: "failure", code: "agent_broke_off", detail }]);
    expect(stage).toBe("opening");
  });

  it.each([
    { code: "UNAVAILABLE", message: "draining" },
    { code: "OTHER", retryable: true },
  ])("is one to come back to while the gateway is busy: %j", (error) => {
    const { dialogue, afterHello } = opened();
    expect(answered(dialogue, afterHello, { "chat.send": { ok: false, error } })).toMatchObject({ events: [], stage: "busy" });
    dialogue.reopen();
    const again = answered(dialogue, dialogue.receive(challenge), { connect: helloOk });
    expect(again.stage).toBe("opening");
    expect(answered(dialogue, again, { "chat.send": { ok: false, error } }).stage).toBe("busy");
    const detail = expect.stringMatching(/busy or not ready yet/);
    expect(dialogue.close()).toEqual([{ type: "failure", code: "agent_broke_off", detail }]);
  });
});

describe("an answer", () => {
  it("is its text, once, though each piece comes twice and with all that was said before", () => {
    const copy = agent("assistant", { text: "One two", delta: " two", itemId: "x" });
    const dialogue = taken();
    expect(dialogue.receive(copy)).toEqual({ send: [], events: [], stage: "taken", isHeard: true });
    const events = all(dialogue, [delta("One"), copy, delta("One two", " two"), final("One two"), delta("One two three")]);
    expect(events).toEqual([{ type: "delta", text: "One" }, { type: "delta", text: " two" }, { type: "end" }]);
  });

  it("is not what is told of other runs, and what is no frame at all is passed over", () => {
    const dialogue = taken();
    const others = [
      chat({ state: "delta", message: message("no") }, "another"),
      "nonsense",
      "[]",
      "{}",
      event("tick", {}),
      event("health", {}),
    ];
    expect(others.map((frame) => dialogue.receive(frame).isHeard)).toEqual(others.map(() => false));
    expect(all(dialogue, [...others, final("yes")])).toEqual([{ type: "delta", text: "yes" }, { type: "end" }]);
  });

  it("has what a fallback says below what was said before it", () => {
    const frames = [
      delta("Half of it"),
      agent("lifecycle", { phase: "fallback_step", fallbackStepFromFailureDetail: "terminated", fallbackStepFinalOutcome: "succeeded" }),
      chat({ state: "delta", deltaText: "Whole", replace: true, message: message("Whole") }),
      final("Whole"),
    ];
    expect(all(taken(), frames)).toEqual([{ type: "delta", text: "Half of it" }, { type: "delta", text: "\n\nWhole" }, { type: "end" }]);
  });

  it("tells thoughts, and what is said before a tool's call as one of them", () => {
    const preamble = (progressText: string): string => agent("item", { kind: "preamble", itemId: "p1", progressText });
    const events = all(taken(), [
      agent("thinking", { text: "Hm", delta: "Hm" }),
      preamble("Let me"),
      preamble("Let me look."),
      preamble("Let me look."),
    ]);
    expect(events).toEqual([
      { type: "reasoning", text: "Hm" },
      { type: "reasoning", text: "\n\nLet me" },
      { type: "reasoning", text: " look." },
    ]);
  });

  it("tells how a tool's call stands; a command that ran and failed has failed", () => {
    const about = { toolCallId: "t1", name: "exec" };
    const result = { content: [{ type: "text", text: "hi (Command exited with code 3)" }] };
    const events = all(taken(), [
      agent("item", { ...about, kind: "tool", phase: "start", status: "running" }),
      agent("tool", { ...about, phase: "start", args: { command: "echo hi; exit 3" } }),
      agent("tool", { ...about, phase: "update", partialResult: result }),
      agent("tool", { ...about, phase: "result", isError: false, result }),
      agent("item", { ...about, kind: "tool", phase: "end", status: "failed" }),
    ]);
    const call = { type: "tool_call", id: "t1", name: "exec", input: '{"command":"echo hi; exit 3"}' };
    const output = "hi (Command exited with code 3)";
    expect(events).toEqual([
      { ...call, state: "running" },
      { ...call, state: "completed", output },
      { ...call, state: "failed", output },
    ]);
  });

  it("cuts what a tool was given and what it said", () => {
    const huge = "🦞".repeat(100_000);
    const [first] = all(taken(), [agent("tool", { phase: "start", toolCallId: "t", name: "write", args: { huge } })]);
    expect(first).toMatchObject({ input: expect.stringMatching(/…$/) });
    expect(first?.type === "tool_call" && first.input?.length).toBeLessThanOrEqual(4_001);
  });

  it("adds up what all calls of the model took, each once", () => {
    const usage = { input: 60, output: 7, cacheRead: 40, cacheWrite: 0 };
    const events = all(taken(), [
      row("r1", { usage }),
      row("r1", { usage }),
      row("r2", { usage }),
      row("r3", { usage: { input: -1, output: "x" } }),
    ]);
    expect(events).toEqual([
      { type: "usage", usage: { inputTokens: 100, outputTokens: 7, cachedTokens: 40, contextTokens: 107 } },
      { type: "usage", usage: { inputTokens: 200, outputTokens: 14, cachedTokens: 80, contextTokens: 107 } },
    ]);
  });
});

describe("an end", () => {
  it.each(["event", "history"])("waits for what the answer took, which may come after it: by an %s", (way) => {
    const dialogue = taken();
    dialogue.receive(row("r0", { stopReason: "toolUse", usage: { input: 1, output: 2 } }));
    const step = dialogue.receive(final("Hello"));
    expect(step.events).toEqual([{ type: "delta", text: "Hello" }]);
    expect(step.send.map((frame) => (JSON.parse(frame) as { method: string }).method)).toEqual(["chat.history"]);
    const usage = { input: 10, output: 20 };
    const later = [row("r1", { stopReason: "stop", usage })];
    const messages = [{ role: "assistant", content: "Hello", stopReason: "stop", usage, __openclaw: { id: "r1", runId: turnId } }];
    const events =
      way === "event" ? all(dialogue, later) : answered(dialogue, step, { "chat.history": { ok: true, payload: { messages } } }).events;
    expect(events).toEqual([
      { type: "usage", usage: { inputTokens: 11, outputTokens: 22, cachedTokens: 0, contextTokens: 30 } },
      { type: "end" },
    ]);
  });

  it("stays a whole answer when nobody tells any more what it took", () => {
    const lost = taken();
    expect(lost.receive(final("Hello")).events).toEqual([{ type: "delta", text: "Hello" }]);
    expect(lost.close()).toEqual([{ type: "end" }]);
    const refused = taken();
    const step = refused.receive(final("Hello"));
    expect(answered(refused, step, { "chat.history": { ok: false, error: {} } }).events).toEqual([{ type: "end" }]);
  });

  const step = (detail: string): string =>
    agent("lifecycle", { phase: "fallback_step", fallbackStepFromFailureDetail: detail, fallbackStepFinalOutcome: "chain_exhausted" });
  const failed = (errorMessage: string, failoverReason?: string): string =>
    chat({ state: "error", errorMessage, errorDetail: { failoverReason } });

  it.each<[string, readonly string[], object]>([
    ["the model's limit of length", [delta("Half"), final("Half", "length")], { code: "answer_cut" }],
    [
      "that limit before a word",
      [final("", "length")],
      { code: "provider_failed", detail: expect.stringContaining("before it said a word") },
    ],
    ["no word at all", [final("")], { code: "provider_failed", detail: expect.stringContaining("ended without an answer") }],
    [
      "another message's answer",
      [chat({ state: "final" })],
      { code: "agent_broke_off", detail: expect.stringContaining("together with another one") },
    ],
    ["a stop that nobody here asked for", [chat({ state: "aborted", stopReason: "rpc" })], { code: "agent_broke_off" }],
    [
      "an empty answer, which comes as an abort",
      [step("⚠️ Agent couldn't generate a response. Please try again."), chat({ state: "aborted", stopReason: "stop" })],
      { code: "provider_failed", detail: expect.stringContaining("ended without an answer") },
    ],
    [
      "the provider's words, which the end has in others",
      [step("500 Out of order"), failed("⚠️ LLM request failed (provider internal error, HTTP 500)")],
      { code: "provider_failed", detail: expect.stringContaining("“500 Out of order”") },
    ],
    [
      "a content filter",
      [delta("Half"), step("Provider finish_reason: content_filter"), failed("x")],
      { detail: expect.stringContaining("content filter") },
    ],
    ["OpenClaw's own class where there are no words", [failed("slow down", "rate_limit")], { code: "provider_rate_limited" }],
    ["nothing but words that say nothing", [failed("internal error")], { untoldRunId: turnId }],
  ])("by %s", (_what, frames, failure) => {
    const dialogue = taken();
    expect(all(dialogue, frames).at(-1)).toMatchObject({ type: "failure", ...failure });
    // A second error of the same run is a vaguer one.
    expect(all(dialogue, [failed("⚠️ Agent failed before reply"), final("late")])).toEqual([]);
    expect([dialogue.stop(), dialogue.close()]).toEqual([[], []]);
  });

  it("is a failed connection when a time-out comes at once, and a time-out when it took its time", () => {
    let now = 0;
    const slow = taken({}, () => now);
    now = 120_000;
    expect(all(slow, [failed("LLM request timed out.")])).toMatchObject([{ code: "provider_timeout" }]);
    expect(all(taken(), [failed("LLM request timed out.")])).toMatchObject([{ code: "provider_unreachable" }]);
  });

  it("is asked for by name, as soon as the gateway was sent the turn", () => {
    const fresh = openOpenclawDialogue(input);
    expect(fresh.stop()).toEqual([]);
    fresh.receive(challenge);
    expect(fresh.stop()).toEqual([]);
    const { dialogue, afterHello } = opened();
    const abort = [{ method: "chat.abort", params: { sessionKey: "conv-c1", runId: turnId } }];
    const stopped = (): object[] => dialogue.stop().map((frame) => JSON.parse(frame) as object);
    expect(stopped()).toMatchObject(abort);
    answered(dialogue, afterHello, { "chat.send": started });
    expect(stopped()).toMatchObject(abort);
    dialogue.reopen();
    expect(stopped()).toEqual([]);
  });

  it("of the connection for good is the agent's", () => {
    expect(taken().close()).toMatchObject([{ type: "failure", code: "agent_broke_off" }]);
  });
});

describe("a connection in the place of one that was lost", () => {
  const words = Array.from({ length: 20 }, (_, index) => `w${index + 1}`);
  const upTo = (count: number): string => words.slice(0, count).join(" ");
  const historyOf = (count: number, isOver: boolean): object => ({
    ok: true,
    payload: isOver
      ? {
          messages: [
            {
              ...(
                JSON.parse(row("r1", { content: [{ type: "text", text: `${upTo(20)} ` }], stopReason: "stop" })) as {
                  payload: { message: object };
                }
              ).payload.message,
            },
          ],
        }
      : { messages: [], inFlightRun: { runId: turnId, text: upTo(count) } },
  });

  it("asks how the turn stands, and tells each word once, whenever it is lost and however far the turn is by then", () => {
    fc.assert(
      fc.property(fc.nat(19), fc.nat(19), fc.boolean(), (lostAfter, meanwhile, isOver) => {
        const dialogue = taken();
        const heard = lostAfter;
        const events = all(
          dialogue,
          words.slice(0, heard).map((_, index) => delta(upTo(index + 1))),
        );
        dialogue.reopen();
        const hello = answered(dialogue, dialogue.receive(challenge), { connect: helloOk });
        expect(hello.send.map((frame) => (JSON.parse(frame) as { method: string }).method)).toEqual([
          "sessions.messages.subscribe",
          "chat.history",
        ]);
        const now = Math.max(heard, meanwhile);
        events.push(...answered(dialogue, hello, { "chat.history": historyOf(now, isOver) }).events);
        if (!isOver) events.push(...all(dialogue, [delta(upTo(20)), final(upTo(20))]));
        expect(textOf(events).trimEnd()).toBe(upTo(20));
        expect(events.at(-1)).toEqual({ type: "end" });
      }),
    );
  });

  it("shows where thoughts are missing, which nobody is told who comes back", () => {
    const dialogue = taken();
    const thought = (delta: string): string => agent("thinking", { text: delta, delta });
    const before = all(dialogue, [thought("One.")]);
    dialogue.reopen();
    const hello = answered(dialogue, dialogue.receive(challenge), { connect: helloOk });
    answered(dialogue, hello, { "chat.history": historyOf(0, false) });
    const thoughts = [...before, ...all(dialogue, [thought("Nine."), thought(" Ten.")])];
    expect(thoughts.map((each) => each.type === "reasoning" && each.text)).toEqual(["One.", "\n\n[…]\n\nNine.", " Ten."]);
  });

  it("before the gateway said that it has the message, sends the same one again", () => {
    const { dialogue } = opened();
    dialogue.reopen();
    const hello = answered(dialogue, dialogue.receive(challenge), { connect: helloOk });
    const again = answered(dialogue, hello, { "chat.send": { ok: true, payload: { runId: turnId, status: "in_flight" } } });
    expect(again.stage).toBe("taken");
    const { events } = answered(dialogue, again, { "chat.history": historyOf(7, false) });
    expect(events).toEqual([{ type: "delta", text: upTo(7) }]);
  });

  it("brings a message that may be there only to a gateway that does not know of it", () => {
    const rows = (row: object): object => ({ ok: true, payload: { messages: [row] } });
    const methodsAfter = (history: object): unknown[] => {
      const { dialogue, afterHello } = opened({ mayBeThere: true });
      return answered(dialogue, afterHello, { "chat.history": history }).send.map(
        (frame) => (JSON.parse(frame) as { method: string }).method,
      );
    };
    expect(methodsAfter({ ok: true, payload: { messages: [] } })).toEqual(["chat.send"]);
    expect(methodsAfter(rows({ role: "user", content: "another", idempotencyKey: "x:user" }))).toEqual(["chat.send"]);
    expect(methodsAfter(rows({ role: "user", content: "hi", idempotencyKey: `${turnId}:user` }))).toEqual([]);
    expect(methodsAfter(historyOf(3, false))).toEqual([]);
  });

  it("says so when a row is too long to be told again", () => {
    const { dialogue, afterHello } = opened({ said: "w1" });
    const content = [{ type: "text", text: "w1 w2\n...(truncated)..." }];
    const messages = [{ role: "assistant", content, stopReason: "stop", __openclaw: { id: "r", runId: turnId } }];
    const { events } = answered(dialogue, afterHello, { "chat.history": { ok: true, payload: { messages } } });
    expect(events).toMatchObject([
      { type: "delta", text: " w2" },
      { type: "failure", code: "agent_broke_off" },
    ]);
  });

  it.each([
    ["knows nothing of the turn", []],
    ["was started again in the middle of a tool's call", [{ stopReason: "toolUse" }]],
    ["kept what was stopped", [{ stopReason: "stop", content: [{ type: "text", text: "half" }], openclawAbort: { aborted: true } }]],
  ])("to an agent that %s ends the turn", (_what, rows) => {
    const { dialogue, afterHello } = opened({ said: "half" });
    const messages = rows.map((each, index) => ({
      role: "assistant",
      content: [],
      __openclaw: { id: `r${index}`, runId: turnId },
      ...each,
    }));
    const { events } = answered(dialogue, afterHello, { "chat.history": { ok: true, payload: { messages } } });
    expect(events.at(-1)).toMatchObject({ type: "failure", code: "agent_broke_off" });
  });
});

it("bears whatever a rogue agent sends, and never says more after the end", () => {
  const frames = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .tuple(fc.constantFrom("chat", "agent", "session.message", "connect.challenge"), fc.jsonValue())
      .map(([name, payload]) => event(name, Object(payload) as object)),
    fc
      .tuple(fc.constantFrom("delta", "final", "aborted", "error", "status"), fc.jsonValue())
      .map(([state, any]) => chat({ state, message: any, errorMessage: any, errorDetail: any })),
    fc
      .tuple(fc.constantFrom("tool", "item", "thinking", "lifecycle", "assistant"), fc.jsonValue())
      .map(([stream, any]) => agent(stream, Object(any) as object)),
    fc.tuple(fc.nat(4), fc.jsonValue()).map(([id, any]) => JSON.stringify({ type: "res", id: String(id), ok: true, payload: any })),
  );
  fc.assert(
    fc.property(fc.array(frames, { maxLength: 30 }), (sent) => {
      const events = all(taken(), sent);
      const ends = events.filter(({ type }) => type === "end" || type === "failure");
      expect(ends.length).toBeLessThanOrEqual(1);
      if (ends.length === 1) expect(events.at(-1)).toBe(ends[0]);
    }),
  );
});
