import { randomUUID } from "node:crypto";
import { pause } from "@mosaic/demo-llm/exchange";
import type { DemoAnswer } from "@mosaic/demo-llm/demo-answer";
import type { DemoRequest, JsonRecord } from "@mosaic/demo-llm/demo-request";
import { type GatewayError, upstreamTimeout } from "./fake-gateway-errors.js";
import { vagueError } from "./fake-gateway-frames.js";
import { type GatewayReply, usageOf } from "./fake-gateway-turn.js";

/** What OpenClaw calls a provider's refusal. */
const reasons: Readonly<Record<number, string>> = { 401: "auth", 403: "auth", 402: "billing", 429: "rate_limit" };

export type Row = JsonRecord & { readonly role: string };

/** Who hears of a run. `isTool`: only the connection that began it. */
export type Tell = (event: string, payload: JsonRecord, isTool: boolean) => void;

/** One run of OpenClaw's, which goes on whoever listens. It writes one answer as events, and as rows of the conversation. */
export class FakeRun implements GatewayReply {
  readonly runId: string;
  readonly isDelegating = false;
  readonly rows: Row[] = [];
  /** Of its session, as its model is told them. */
  messagesBefore = 0;
  readonly startedAt = Date.now();
  readonly ended: Promise<void>;
  private readonly stopping = new AbortController();
  private readonly endedSource = Promise.withResolvers<void>();
  private readonly sessionKey: string;
  private readonly asked: DemoRequest;
  private readonly publish: Tell;
  private said = "";
  private thought = "";
  private pieces = 0;
  private told = 0;
  private isFlushing = false;
  private seq = 0;
  private isOver = false;

  constructor(runId: string, sessionKey: string, asked: DemoRequest, publish: Tell) {
    this.runId = runId;
    this.sessionKey = sessionKey;
    this.asked = asked;
    this.publish = publish;
    this.ended = this.endedSource.promise;
    this.row({ role: "user", content: asked.messages.at(-1)?.text ?? "" });
  }

  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** White space at the end waits for what comes after it. */
  get answer(): string {
    return this.said.trimEnd();
  }

  get isEnded(): boolean {
    return this.isOver;
  }

  start(): void {
    for (const phase of ["preparing_workspace", "preparing_context", "starting_model"]) this.chat({ state: "status", phase });
    this.agent("lifecycle", { phase: "start", startedAt: this.startedAt });
    this.agent("lifecycle", { phase: "model", provider: "p-fake", model: this.asked.model });
  }

  async think(piece: string): Promise<void> {
    this.thought += piece;
    this.agent("thinking", { text: this.thought, delta: piece });
  }

  async text(piece: string): Promise<void> {
    this.said += piece;
    this.pieces += 1;
    if (!this.isFlushing) setImmediate(() => this.flush());
    this.isFlushing = true;
  }

  /** What comes at once is told at once. */
  private flush(): void {
    this.isFlushing = false;
    const delta = this.answer.slice(this.told);
    if (delta === "" || this.isOver) return;
    this.told = this.answer.length;
    this.agent("assistant", { text: this.answer, delta, itemId: `${this.runId}:1` });
    this.chat({ state: "delta", deltaText: delta, message: this.message() });
  }

  /** The tool is the fake's own. What the model says before it is in no answer. */
  async tool(call: Extract<DemoAnswer, { kind: "tool" }>): Promise<void> {
    const toolCallId = `call_${randomUUID()}`;
    const { name, args } = call;
    const about = { toolCallId, name };
    const item = { ...about, itemId: `tool:${toolCallId}`, kind: "tool", title: `${name} it` };
    const preamble = { kind: "preamble", title: "Preamble", progressText: "Let me look.", itemId: `commentary-${toolCallId}` };
    this.agent("item", { ...preamble, phase: "update" });
    this.agent("item", { ...preamble, phase: "end" });
    this.agent("item", { ...item, phase: "start", status: "running" });
    this.agent("tool", { ...about, phase: "start", args });
    await pause(Number(args["ms"] ?? 0), this.signal);
    this.row({
      role: "assistant",
      content: [{ type: "toolCall", id: toolCallId, name, arguments: args }],
      stopReason: "toolUse",
      usage: this.usage(),
    });
    const result = [{ type: "text", text: `${name} of the fake gateway` }];
    this.agent("tool", { ...about, phase: "result", isError: false, result: { content: result } });
    // A command that failed has succeeded as a tool.
    this.agent("item", { ...item, phase: "end", status: name === "exec" ? "failed" : "completed" });
    this.row({ role: "toolResult", toolCallId, toolName: name, content: result, isError: false });
    await this.text(`The tool answered:\n\n> ${name} of the fake gateway`);
    this.end("stop");
  }

  end(_reason: "stop" | "tool_calls"): void {
    this.flush();
    this.row({ role: "assistant", content: this.message()["content"], stopReason: "stop", usage: this.usage() });
    this.agent("lifecycle", { phase: "end", stopReason: "stop", aborted: false });
    this.chat({ state: "final", stopReason: "stop", message: this.message() });
    this.finish();
  }

  fail({ status, message }: GatewayError): void {
    this.flush();
    const failoverReason = reasons[status] ?? "timeout";
    this.agent("lifecycle", {
      phase: "fallback_step",
      fallbackStepFromFailureReason: failoverReason,
      fallbackStepFromFailureDetail: message,
      fallbackStepFinalOutcome: "chain_exhausted",
    });
    this.agent("lifecycle", { phase: "error", error: message });
    this.chat({ state: "error", errorMessage: `⚠️ ${message}`, errorDetail: { failoverReason } });
    this.row({ role: "assistant", content: [{ type: "text", text: `⚠️ LLM request failed.\n\n${this.answer}` }], stopReason: "error" });
    this.chat({ state: "error", errorMessage: vagueError });
    this.finish();
  }

  breakOff(): void {
    this.fail({ ...upstreamTimeout, message: "terminated" });
  }

  /** By request, or because another message comes in between. */
  abort(): void {
    if (this.isOver) return;
    this.flush();
    this.row({
      role: "assistant",
      content: this.message()["content"],
      stopReason: "stop",
      openclawAbort: { aborted: true, origin: "rpc" },
    });
    this.chat({ state: "aborted", stopReason: "rpc", message: this.message() });
    this.finish();
    this.stopping.abort(new Error("The run was stopped."));
  }

  private finish(): void {
    this.isOver = true;
    this.endedSource.resolve();
  }

  private message(): JsonRecord {
    return { role: "assistant", content: this.answer === "" ? [] : [{ type: "text", text: this.answer }] };
  }

  private usage(): JsonRecord {
    const { prompt_tokens, completion_tokens, prompt_tokens_details } = usageOf(this.asked, this.pieces);
    const { cached_tokens: cacheRead } = prompt_tokens_details as { cached_tokens: number };
    return { input: Number(prompt_tokens) - cacheRead, output: completion_tokens, cacheRead, cacheWrite: 0 };
  }

  private row(row: Row): void {
    const kept = {
      ...row,
      __openclaw: { id: randomUUID(), ...(row.role === "user" ? {} : { runId: this.runId }) },
      ...(row.role === "user" ? { idempotencyKey: `${this.runId}:user` } : {}),
    };
    this.rows.push(kept);
    this.publish("session.message", { sessionKey: this.sessionKey, message: kept }, false);
  }

  private chat(payload: JsonRecord): void {
    this.seq += 1;
    this.publish("chat", { runId: this.runId, sessionKey: this.sessionKey, seq: this.seq, ...payload }, false);
  }

  private agent(stream: string, data: JsonRecord): void {
    this.seq += 1;
    this.publish("agent", { runId: this.runId, stream, data, sessionKey: this.sessionKey, seq: this.seq }, stream === "tool");
  }
}
