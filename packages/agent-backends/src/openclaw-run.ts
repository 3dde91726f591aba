import { type TokenUsage, tokenUsage, type ToolCallPart } from "@mosaic/contracts/message-parts";
import type { GatewayEvent, TurnSoFar } from "./agent-backend.js";
import { explainError, isUntold } from "./openclaw-failure.js";
import { cutByLimit, emptyAnswer, endingIn, onlyThought, plainWords } from "./openclaw-log-line.js";
import { looksLikePage } from "./provider-words.js";
import { cutToolText } from "./tool-text.js";
import { isRecord, recordOf, textOf, type UnknownRecord } from "@mosaic/incoming/records";

/** What OpenClaw calls a failure, in the words that its HTTP gateway has for the same. */
const errorTypes: Readonly<Record<string, string>> = {
  rate_limit: "rate_limit_error",
  auth: "authentication_error",
  billing: "insufficient_quota",
};

/** Of what is kept to tell apart what comes again. An agent may never end. */
const maxKept = 2_000;
const maxIdLength = 200;

/** How the rows end that come before an answer's own. */
const stopsBefore = new Set(["toolUse", "error", "aborted"]);

/** How OpenClaw ends a row that it has cut. */
const truncated = "\n...(truncated)...";

const startedAgain = "The agent was started again in the middle of this answer. Send the message again.";

/** Of a name as Mosaic takes them. */
const maxModelLength = 200;
const noUsage: TokenUsage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 };

/**
 * Reads what OpenClaw 2026.9.6 tells of one run over its WebSocket (measured): events while it goes on, and rows of the conversation when somebody
 * comes back to it. After its end it says nothing more.
 */
export class OpenclawRun {
  private readonly events: GatewayEvent[] = [];
  private readonly calls = new Map<string, ToolCallPart>();
  private readonly countedRows = new Set<string>();
  /** Which models the counted calls were of. */
  private readonly models = new Set<string>();
  private usage = noUsage;
  /** What OpenClaw calls its words before a tool's call. They are in no answer of its own. */
  private preamble = { id: "", text: "" };
  /** The provider's own words, which the end does not repeat. */
  private words = "";
  /** How the last call of a model ended, which an empty answer does not repeat. */
  private lastStop = "";
  private hasThought = false;
  private hasGap = false;
  /** The row of the answer itself was counted, not only those of calls and attempts before it. */
  private hasAnswersRow = false;
  /** How the answer ended, while the row that says what it took has not come. */
  private finalStop: string | null = null;
  private over = false;
  private readonly runId: string;
  /** What was told of the answer so far. */
  private said: string;
  private readonly elapsedMs: () => number;

  constructor(runId: string, said: string, elapsedMs: () => number) {
    this.runId = runId;
    this.said = said;
    this.elapsedMs = elapsedMs;
  }

  get isOver(): boolean {
    return this.over;
  }

  /** The answer has ended, but its row is still missing. The row says what the answer took, and OpenClaw may write it after the end. */
  get wantsRow(): boolean {
    return this.finalStop !== null && !this.isOver;
  }

  take(): readonly GatewayEvent[] {
    return this.events.splice(0);
  }

  /** False for what is about another run. */
  onEvent(name: string, payload: UnknownRecord): boolean {
    const message = recordOf(payload["message"]);
    const runId = name === "session.message" ? recordOf(message["__openclaw"])["runId"] : payload["runId"];
    if (runId !== this.runId) return false;
    if (name === "chat") this.onChat(payload, message);
    else if (name === "agent") this.onAgent(textOf(payload["stream"]), recordOf(payload["data"]));
    else if (name === "session.message") this.count(message);
    return true;
  }

  /** Whether `chat.history` knows of the run, or of its question. */
  isIn(history: UnknownRecord): boolean {
    const isKnown = (row: UnknownRecord): boolean =>
      recordOf(row["__openclaw"])["runId"] === this.runId || row["idempotencyKey"] === `${this.runId}:user`;
    return recordOf(history["inFlightRun"])["runId"] === this.runId || rowsOf(history).some(isKnown);
  }

  /** What `chat.history` says of the run to somebody who missed a part of it. */
  onHistory(history: UnknownRecord): void {
    const rows = rowsOf(history).filter((row) => recordOf(row["__openclaw"])["runId"] === this.runId);
    for (const row of rows) {
      this.count(row);
      this.callsIn(row);
    }
    if (this.finalStop !== null) {
      this.finish(this.finalStop);
      return;
    }
    this.hasGap = true;
    const inFlight = recordOf(history["inFlightRun"]);
    if (inFlight["runId"] === this.runId) {
      this.sayUpTo(textOf(inFlight["text"]));
      return;
    }
    const last = rows.findLast(({ role }) => role === "assistant");
    const text = textIn(last?.["content"]);
    const isCutShort = last?.["stopReason"] === "toolUse" || isRecord(last?.["openclawAbort"]);
    if (text.endsWith(truncated)) this.onTruncated(text.slice(0, -truncated.length));
    else if (last === undefined || isCutShort) this.breakOff(startedAgain);
    else if (last["stopReason"] === "error") this.fail(text.split("\n")[0] ?? "", {});
    else {
      this.sayUpTo(text);
      this.finish(textOf(last["stopReason"]));
    }
  }

  /** Nothing more comes. An answer that has ended is whole without what it took. */
  breakOff(detail: string): void {
    if (this.finalStop !== null) this.finish(this.finalStop);
    this.end({ type: "failure", code: "agent_broke_off", detail });
  }

  end(event: GatewayEvent): void {
    if (!this.isOver) this.events.push(event);
    this.over = true;
  }

  /** What comes after it nobody tells any more. */
  private onTruncated(text: string): void {
    if (text.length > this.said.length) this.sayUpTo(text);
    this.breakOff("This answer is too long to show again in full, so its end is missing here. Ask the agent for it.");
  }

  private onChat(payload: UnknownRecord, message: UnknownRecord): void {
    const text = textIn(message["content"]);
    switch (payload["state"]) {
      case "delta":
        this.sayUpTo(text);
        break;
      case "final":
        if (payload["message"] === undefined && this.said === "") {
          this.breakOff("The agent answered this message together with another one. Send it again if something is missing.");
        } else {
          this.sayUpTo(text);
          this.onFinal(textOf(payload["stopReason"]));
        }
        break;
      case "aborted":
        this.sayUpTo(text);
        if (payload["stopReason"] === "rpc") this.breakOff("The agent was told to stop this answer. Send the message again.");
        else this.fail("", {});
        break;
      case "error":
        this.lastStop = textOf(payload["stopReason"]) || this.lastStop;
        this.fail(textOf(payload["errorMessage"]), recordOf(payload["errorDetail"]));
        break;
      default:
    }
  }

  private onFinal(stopReason: string): void {
    if (this.hasAnswersRow) this.finish(stopReason);
    else this.finalStop = stopReason;
  }

  private onAgent(stream: string, data: UnknownRecord): void {
    if (stream === "thinking") this.onThought(textOf(data["delta"]));
    else if (stream === "tool") this.onTool(data);
    else if (stream === "item") this.onItem(data);
    else if (stream === "lifecycle") this.onLifecycle(data);
  }

  private onThought(text: string): void {
    this.hasThought = true;
    // What was thought meanwhile is told to nobody who comes back.
    this.tell({ type: "reasoning", text: this.hasGap ? `\n\n[…]\n\n${text}` : text });
    this.hasGap = false;
  }

  private onLifecycle(data: UnknownRecord): void {
    const words = textOf(data["fallbackStepFromFailureDetail"]);
    if (words !== "") this.words = data["fallbackStepFinalOutcome"] === "succeeded" ? "" : words;
  }

  /** A call's arguments and its result. */
  private onTool(data: UnknownRecord): void {
    const id = textOf(data["toolCallId"]);
    if (data["phase"] === "start") this.call({ id, name: textOf(data["name"]), state: "running", input: jsonOf(data["args"]) });
    if (data["phase"] !== "result") return;
    const output = textIn(recordOf(data["result"])["content"]);
    this.call({ id, name: textOf(data["name"]), state: data["isError"] === true ? "failed" : "completed", output });
  }

  /** OpenClaw's lines for people. They alone know that a command failed which ran to its end. */
  private onItem(data: UnknownRecord): void {
    if (data["kind"] === "preamble") {
      const { itemId, progressText } = data;
      const before = itemId === this.preamble.id ? this.preamble.text : "";
      this.preamble = { id: textOf(itemId), text: textOf(progressText) };
      this.tell({ type: "reasoning", text: before === "" ? paragraph(this.preamble.text) : restOf(this.preamble.text, before) });
    } else if (data["kind"] === "tool" && data["status"] === "failed") {
      const known = this.calls.get(textOf(data["toolCallId"]));
      if (known !== undefined && known.state !== "failed") this.call({ ...known, state: "failed" });
    }
  }

  private callsIn(row: UnknownRecord): void {
    if (row["role"] === "toolResult") {
      const state = row["isError"] === true ? "failed" : "completed";
      this.call({ id: textOf(row["toolCallId"]), name: textOf(row["toolName"]), state, output: textIn(row["content"]) });
      return;
    }
    const blocks = Array.isArray(row["content"]) ? row["content"].filter(isRecord) : [];
    for (const { type, id, name, arguments: args } of blocks) {
      if (type === "toolCall") this.call({ id: textOf(id), name: textOf(name), state: "running", input: jsonOf(args) });
    }
  }

  private call(now: Omit<ToolCallPart, "type">): void {
    if (!isId(now.id) || (!this.calls.has(now.id) && this.calls.size >= maxKept)) return;
    const known = this.calls.get(now.id);
    // A row knows less than the line for people, which told that a command failed.
    const state = known?.state === "failed" ? "failed" : now.state;
    const part: ToolCallPart = { ...known, ...now, state, type: "tool_call" };
    for (const field of ["input", "output"] as const) {
      const text = part[field];
      if (text !== undefined) part[field] = cutToolText(text);
    }
    this.calls.set(now.id, part);
    this.tell(part);
  }

  /** A row comes again to somebody who comes back. */
  private count(row: UnknownRecord): void {
    const id = textOf(recordOf(row["__openclaw"])["id"]);
    const isKnown = this.countedRows.has(id) || this.countedRows.size >= maxKept;
    if (row["role"] !== "assistant" || !isId(id) || isKnown) return;
    this.countedRows.add(id);
    this.lastStop = textOf(row["stopReason"]);
    const usage = usageOf(row["usage"]);
    const { success, data } = tokenUsage.safeParse({
      inputTokens: this.usage.inputTokens + usage.inputTokens,
      outputTokens: this.usage.outputTokens + usage.outputTokens,
      cachedTokens: this.usage.cachedTokens + usage.cachedTokens,
      contextTokens: usage.inputTokens + usage.outputTokens,
    });
    if (success && usage.inputTokens + usage.outputTokens > 0) {
      this.usage = data;
      this.models.add(textOf(row["model"]).slice(0, maxModelLength));
      this.tell({ type: "usage", usage: data, ...modelOf(this.models) });
    }
    this.hasAnswersRow = !stopsBefore.has(this.lastStop);
    if (this.finalStop !== null && this.hasAnswersRow) this.finish(this.finalStop);
  }

  private finish(stopReason: string): void {
    if (stopReason === "length") this.end({ type: "failure", ...cutByLimit(this.said !== "") });
    else this.end(this.said === "" ? { type: "failure", ...emptyAnswer } : { type: "end" });
  }

  private fail(message: string, detail: UnknownRecord): void {
    const words = this.words === "" ? message.replace(/^⚠️\s*/, "") : plainWords(this.words);
    const turn: TurnSoFar = { elapsedMs: this.elapsedMs(), hasText: this.said !== "" };
    if (words === "" || /couldn't generate a response/i.test(words)) {
      const isCut = this.lastStop === "length";
      this.end({ type: "failure", ...(isCut ? cutByLimit(turn.hasText) : this.hasThought ? onlyThought : emptyAnswer) });
      return;
    }
    const error = { message: withoutPage(words), type: errorTypes[textOf(detail["failoverReason"])] ?? "" };
    // Of a prompt that a provider refused for its size, OpenClaw says what it makes of it.
    const untold = isUntold(error) || words.startsWith("Context overflow") ? { untoldRunId: this.runId } : {};
    this.end(endingIn(words, turn) ?? { type: "failure", ...explainError(error, turn), ...untold });
  }

  /** `text`: the whole answer so far. If a fallback model begins a different answer, its text is added below what was said already. */
  private sayUpTo(text: string): void {
    // What was told before may have ended in a space that a row keeps and an event does not.
    const isLonger = text.length > this.said.length;
    if (text === "" || (!isLonger && this.said.startsWith(text.trimEnd()))) return;
    const rest = text.startsWith(this.said) ? text.slice(this.said.length) : paragraph(text);
    this.said = text;
    this.tell({ type: "delta", text: rest });
  }

  private tell(event: GatewayEvent): void {
    const isEmpty = (event.type === "delta" || event.type === "reasoning") && event.text === "";
    if (!this.isOver && !isEmpty) this.events.push(event);
  }
}

/** `502 <html>…` is `502`. */
function withoutPage(words: string): string {
  const status = /^\d{3}\b/.exec(words)?.[0] ?? "";
  return looksLikePage(words.slice(status.length).trimStart()) ? status : words;
}

function rowsOf(history: UnknownRecord): UnknownRecord[] {
  return Array.isArray(history["messages"]) ? history["messages"].filter(isRecord) : [];
}

/** The text of a message: a string, or blocks of which some are text. */
function textIn(content: unknown): string {
  if (typeof content === "string") return content;
  const blocks = Array.isArray(content) ? content.filter(isRecord) : [];
  return blocks.map(({ type, text }) => (type === "text" ? textOf(text) : "")).join("");
}

function restOf(text: string, before: string): string {
  return text.startsWith(before) ? text.slice(before.length) : paragraph(text);
}

function paragraph(text: string): string {
  return text === "" ? "" : `\n\n${text}`;
}

function jsonOf(value: unknown): string {
  return value === undefined ? "" : JSON.stringify(value);
}

function isId(id: string): boolean {
  return id !== "" && id.length <= maxIdLength;
}

function modelOf(models: ReadonlySet<string>): { readonly model?: string | null } {
  const [model = ""] = models;
  if (models.size > 1) return { model: null };
  return model === "" ? {} : { model };
}

/** Of one call of a model. None where nobody has counted. */
function usageOf(value: unknown): TokenUsage {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = recordOf(value);
  const counts = [input, cacheRead, cacheWrite].map(Number);
  const { success, data } = tokenUsage.safeParse({
    inputTokens: counts.reduce((sum, count) => sum + count, 0),
    outputTokens: output,
    cachedTokens: cacheRead,
  });
  return success ? data : noUsage;
}
