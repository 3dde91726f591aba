import { describe, expect, it } from "vitest";
import recordedFrames from "../test/fixtures/openclaw-odd-socket-turns.json" with { type: "json" };
import recorded from "../test/fixtures/openclaw-odd-turns.json" with { type: "json" };
import type { GatewayEnding } from "./agent-backend.js";
import { openOpenclawDialogue } from "./openclaw-dialogue.js";
import { explainLogLine } from "./openclaw-log-line.js";
import { openOpenclawStream } from "./openclaw-stream.js";

type Turn = (typeof recorded)[number];

/** What a reader is to be told of each odd answer, whatever protocol it came over. */
const meant: Readonly<Record<string, string | RegExp>> = {
  "ignores-stream": "end",
  "reasoning-only": /without an answer|thought, but gave no answer/,
  "reasoning-until-limit": /length limit before it said a word|thought, but gave no answer/,
  empty: /without an answer/,
  "cuda-out-of-memory": /“CUDA out of memory”/,
  "cuda-out-of-memory-later": /“CUDA out of memory”/,
  "error-in-stream": /“Upstream provider Chutes returned an invalid response”/,
  "cut-by-length": /reached its length limit in the middle/,
  "ends-with-end-turn": "end",
  "ends-with-eos": "end",
  "ends-with-eos-token": "end",
  "ends-with-upper-case": "end",
  "ends-with-null": "end",
  "ends-without-a-word": "end",
  "ends-without-done": "end",
  "ends-without-anything": /broke off/,
  "status-400": /“400 The temperature of the moon is not a number”/,
  "status-401": /did not accept the key.*“401 Incorrect API key provided: \[hidden\]”/,
  "status-403": /“403 Your region is not allowed to use this model”/,
  "status-402": /credit or quota.*“402 Insufficient Balance”/,
  "status-409": /“409 The model is being replaced, ask again in a minute”/,
  "status-413": /“413 Request Entity Too Large: the limit is 8 kB”/,
  "status-422": /“422 body\.messages\.0: Input should be a valid dictionary”/,
  "status-500": /“500 Worker 3 of pool blue has gone away”/,
  "status-503": /“503 Loading model”/,
  "status-502-page": /can't be reached|hung up|has a fault or is overloaded.*“502”/,
};
const odd = recorded.filter(({ model }) => model in meant);

const transports: readonly [string, (turn: Turn) => GatewayEnding][] = [
  ["HTTP", endOverHttp],
  ["its WebSocket", endOverSocket],
];

describe.each(transports)("a turn of the real OpenClaw over %s with an odd provider", (_transport, endOf) => {
  it.each(odd)("of kind $kind whose model is $model is told for what it is", (turn) => {
    const ending = endOf(turn);
    const expected = meant[turn.model];
    if (expected === "end") expect(ending).toEqual({ type: "end" });
    else expect(ending).toMatchObject({ type: "failure", detail: expect.stringMatching(expected ?? "") });
  });

  it("holds every oddity in every protocol that has it", () => {
    expect(new Set(odd.map(({ model }) => model)).size).toBe(Object.keys(meant).length);
    expect(new Set(odd.map(({ kind }) => kind))).toEqual(new Set(["openai-compatible", "anthropic", "ollama"]));
  });

  it.each(odd.filter(({ model }) => model !== "status-401" && model !== "status-403"))(
    "of kind $kind whose model is $model says nothing of keys, and never sends anybody to stop the agent",
    (turn) => {
      const ending = endOf(turn);
      const detail = ending.type === "failure" ? `${ending.code} ${ending.detail}` : "";
      expect(detail).not.toMatch(/provider_key_refused|accept the key|stop the agent|agent_broke_off/);
    },
  );

  it.each(recorded.filter(({ model }) => model.startsWith("content-filter")))(
    "of kind $kind whose model is $model names the filter wherever the protocol has one",
    (turn) => {
      const ending = endOf(turn);
      // Ollama's protocol knows no such end: OpenClaw takes it for a plain one, after text or after none.
      const expected = turn.kind === "ollama" ? (turn.text === "" ? "without an answer" : undefined) : "content filter";
      expect(ending).toMatchObject(
        expected === undefined ? { type: "end" } : { type: "failure", detail: expect.stringContaining(expected) },
      );
    },
  );
});

describe("a line of the log", () => {
  const line = (words: string): string =>
    `embedded run agent end: runId=chatcmpl_1 isError=true model=m provider=p-1-v1 error=x rawError=${words}`;
  const soon = { elapsedMs: 500, hasText: true };

  it.each(["safety", "SAFETY", "content_filter", "refusal"])("with the end %s is the provider's filter", (end) => {
    expect(explainLogLine(line(`Provider finish_reason: ${end}`), soon)).toMatchObject({
      detail: expect.stringContaining("content filter"),
    });
  });

  it.each(["max_tokens", "MAX_TOKENS", "model_length"])("with the end %s is a cut answer", (end) => {
    expect(explainLogLine(line(`Provider finish_reason: ${end}`), soon)).toMatchObject({ code: "answer_cut" });
  });

  it("with an unknown end and no text is no answer", () => {
    expect(explainLogLine(line("Provider finish_reason: eos"), { ...soon, hasText: false })).toMatchObject({ code: "provider_failed" });
  });

  it("that an agent made up is bounded and without keys", () => {
    const ending = explainLogLine(line(`sk-canary-1234567890abcdef ${"x".repeat(100_000)}`), soon);
    expect(JSON.stringify(ending)).not.toContain("canary");
    expect(JSON.stringify(ending).length).toBeLessThan(800);
    expect(explainLogLine("", soon)).toMatchObject({ type: "failure" });
  });
});

/** As the API reads a turn: what comes of it, then the log where that keeps the words to itself. */
function endOverHttp({ text, finish, error, line }: Turn): GatewayEnding {
  const stream = openOpenclawStream(() => 0);
  const head = { id: "chatcmpl_1" };
  const events = [
    stream.push(sse({ ...head, choices: [{ delta: { content: text }, finish_reason: null }] })),
    stream.push(sse(error === null ? { ...head, choices: [{ delta: {}, finish_reason: finish }] } : { error })),
    stream.push("data: [DONE]\n\n"),
  ].flat();
  const last = events.at(-1);
  if (last?.type !== "failure" && last?.type !== "end") throw new Error("the stream has no end");
  const isUntold = last.type === "failure" && last.untoldRunId !== undefined;
  return isUntold && line !== null ? explainLogLine(line, { elapsedMs: 500, hasText: text !== "" }) : last;
}

/** The frames of the same turn, as they were recorded. */
function endOverSocket({ kind, model, text, line }: Turn): GatewayEnding {
  const turn = recordedFrames.find((each) => each.kind === kind && each.model === model);
  const dialogue = openOpenclawDialogue({ gatewayToken: "", session: "c", turnId: "TURN", text: "Say hello.", said: null }, () => 0);
  const events = (turn?.frames ?? []).flatMap((frame) => dialogue.receive(JSON.stringify({ type: "event", ...frame })).events);
  const last = events.at(-1);
  if (last?.type !== "failure" && last?.type !== "end") throw new Error("the turn has no end");
  const isUntold = last.type === "failure" && last.untoldRunId !== undefined;
  return isUntold && line !== null ? explainLogLine(line, { elapsedMs: 500, hasText: text !== "" }) : last;
}

function sse(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
