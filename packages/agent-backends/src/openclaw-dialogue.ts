import type { DialogueInput, DialogueStep, GatewayDialogue, GatewayEvent } from "./agent-backend.js";
import { connectedAs, connectParams, sessionKeyOf } from "./openclaw-connect.js";
import { OpenclawRun } from "./openclaw-run.js";
import { parseRecord, recordOf, textOf, type UnknownRecord } from "@mosaic/incoming/records";

/** How much is looked through for a run that was left: rows, and characters of each. Without the latter OpenClaw cuts every row at 8,000. */
const historyRows = 20;
const historyRowCharacters = 500_000;

/** Each piece of text comes twice, with all that was said before. This is how the second one begins, and it is not read. */
const copyMark = '"stream":"assistant"';
const copyMarkWithin = 200;

/** One turn over OpenClaw's WebSocket. The turn's id is that of the run, so that sending it again never makes a second one. */
export function openOpenclawDialogue(input: DialogueInput, nowMs: () => number = () => performance.now()): GatewayDialogue {
  return new OpenclawDialogue(input, nowMs);
}

type Request = "connect" | "subscribe" | "send" | "history" | "abort";

function attachmentsOf({ images = [] }: DialogueInput): { attachments?: object[] } {
  if (images.length === 0) return {};
  const attached = images.map(({ name, mediaType, base64 }) => ({ type: "image", mimeType: mediaType, fileName: name, content: base64 }));
  return { attachments: attached };
}

class OpenclawDialogue implements GatewayDialogue {
  private readonly run: OpenclawRun;
  private readonly sessionKey: string;
  private readonly asked = new Map<string, Request>();
  private count = 0;
  private outgoing: string[] = [];
  private stage: DialogueStep["stage"] = "opening";
  private isTaken: boolean;
  /** Nobody knows whether the gateway has the message, until its history says it. */
  private mayBeThere: boolean;
  private hasConnected = false;
  /** On this connection the gateway is, or will be, asked about the turn: what follows comes after that. */
  private hasAsked = false;
  private readonly input: DialogueInput;

  constructor(input: DialogueInput, nowMs: () => number) {
    const startedAtMs = nowMs();
    this.input = input;
    this.sessionKey = sessionKeyOf(input.session);
    this.isTaken = input.said !== null;
    this.mayBeThere = input.mayBeThere === true;
    this.run = new OpenclawRun(input.turnId, input.said ?? "", () => nowMs() - startedAtMs);
  }

  reopen(): void {
    this.asked.clear();
    this.hasConnected = false;
    this.hasAsked = false;
    this.stage = "opening";
  }

  receive(frame: string): DialogueStep {
    const isHeard = this.read(frame);
    return { send: this.outgoing.splice(0), events: this.run.take(), stage: this.stage, isHeard };
  }

  stop(): readonly string[] {
    if (!this.hasAsked || this.run.isOver) return [];
    this.ask("abort", "chat.abort", { sessionKey: this.sessionKey, runId: this.input.turnId });
    return this.outgoing.splice(0);
  }

  close(): readonly GatewayEvent[] {
    this.run.breakOff(
      this.stage === "busy"
        ? "The agent is busy or not ready yet. Send the message again in a moment."
        : "The agent stopped in the middle of its answer. Send the message again.",
    );
    return this.run.take();
  }

  /** False for what is about something else. */
  private read(frame: string): boolean {
    if (frame.lastIndexOf(copyMark, copyMarkWithin) >= 0) return frame.includes(this.input.turnId);
    const { type, event, id, payload, ok, error } = parseRecord(frame) ?? {};
    if (type === "res") return this.onAnswer(textOf(id), ok === true, recordOf(ok === true ? payload : error));
    if (type !== "event") return false;
    if (event === "connect.challenge") return this.connect();
    const isOurs = this.run.onEvent(textOf(event), recordOf(payload));
    if (isOurs) this.take();
    if (this.run.wantsRow && !this.isAsking("history")) this.askHistory();
    return isOurs;
  }

  private connect(): boolean {
    // Once a connection, however often it is asked for.
    if (this.hasConnected) return false;
    this.hasConnected = true;
    this.ask("connect", "connect", connectParams(this.input.gatewayToken, ["tool-events", "session-scoped-events"]));
    return true;
  }

  private onAnswer(id: string, isOk: boolean, payload: UnknownRecord): boolean {
    const request = this.asked.get(id);
    this.asked.delete(id);
    if (request === "connect") this.onConnected(isOk, payload);
    else if (request === "send" && isOk) this.onSent(payload);
    else if (request === "send") this.onRefused(payload);
    else if (request === "history" && isOk) this.onHistory(payload);
    else if (request === "history") this.run.breakOff("The agent does not report the rest of its answer. Send the message again.");
    return request !== undefined;
  }

  private onConnected(isOk: boolean, payload: UnknownRecord): void {
    const fitness = connectedAs(isOk, payload);
    if (fitness !== "fit") {
      this.stage = fitness;
      return;
    }
    this.ask("subscribe", "sessions.messages.subscribe", { key: this.sessionKey });
    this.hasAsked = true;
    if (this.isTaken || this.mayBeThere) this.askHistory();
    else this.send();
  }

  private send(): void {
    this.ask("send", "chat.send", {
      sessionKey: this.sessionKey,
      message: this.input.text,
      ...attachmentsOf(this.input),
      idempotencyKey: this.input.turnId,
      suppressCommandInterpretation: true,
      // Of a turn that Mosaic no longer follows; two of its own never meet.
      queueMode: "interrupt",
    });
  }

  private onSent({ status }: UnknownRecord): void {
    this.take();
    // Sent before, on a connection that was lost before it said so.
    if (status !== "started") this.askHistory();
  }

  private onRefused({ code, message, retryable }: UnknownRecord): void {
    if (code === "UNAVAILABLE" || retryable === true) {
      this.stage = "busy";
      return;
    }
    const why = textOf(message).slice(0, 200);
    this.run.breakOff(
      `The agent did not accept the message: “${why}”. Send it again; if that does not help, stop the agent and let it start again.`,
    );
  }

  private onHistory(payload: UnknownRecord): void {
    if (this.mayBeThere && !this.run.isIn(payload)) {
      this.mayBeThere = false;
      this.send();
      return;
    }
    this.mayBeThere = false;
    this.take();
    this.run.onHistory(payload);
  }

  private take(): void {
    this.isTaken = true;
    this.stage = "taken";
  }

  private askHistory(): void {
    this.ask("history", "chat.history", { sessionKey: this.sessionKey, limit: historyRows, maxChars: historyRowCharacters });
  }

  private isAsking(request: Request): boolean {
    return [...this.asked.values()].includes(request);
  }

  private ask(request: Request, method: string, params: object): void {
    this.count += 1;
    const id = String(this.count);
    this.asked.set(id, request);
    this.outgoing.push(JSON.stringify({ type: "req", id, method, params }));
  }
}
