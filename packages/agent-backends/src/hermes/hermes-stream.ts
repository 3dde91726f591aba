import { parseRecord, recordOf, textOf, type UnknownRecord } from "@mosaic/incoming/records";
import type { GatewayEvent, GatewayStream, TurnSoFar } from "../agent-backend.js";
import { choiceOf, usageOf } from "../chat-chunk.js";
import { type AnswerEvents, openEventStream } from "../event-stream.js";
import { emptyAnswer, endingIn } from "../openclaw-log-line.js";
import { endedEarly, explainHermesError } from "./hermes-failure.js";
import { HermesTools } from "./hermes-tools.js";

/** What Hermes calls its events about tools. The others are chunks, and have no name. */
const toolEvent = "hermes.tool.progress";

/** Reads Hermes' answer to one turn. A failure of the provider's is told inside an answer of 200. */
export function openHermesStream(nowMs: () => number = () => performance.now()): GatewayStream {
  const startedAtMs = nowMs();
  const answer = new Answer(() => nowMs() - startedAtMs);
  return openEventStream(answer, (data, name) => {
    if (name === toolEvent) answer.tell(recordOf(parseRecord(data)));
    else if (name === "" || name === "message") readChunk(data, answer);
  });
}

function readChunk(data: string, answer: Answer): void {
  if (data.trim() === "[DONE]") {
    answer.end();
    return;
  }
  // A line that is no JSON is skipped: whether the turn succeeded is told by its last event.
  const chunk = parseRecord(data);
  if (chunk === undefined) return;
  const choice = choiceOf(chunk);
  const delta = recordOf(choice["delta"]);
  answer.add("reasoning", textOf(delta["reasoning_content"]));
  answer.add("delta", textOf(delta["content"]));
  const usage = usageOf(chunk["usage"]);
  if (usage !== null) answer.emit({ type: "usage", usage });
  const error = errorOf(chunk, choice);
  if (error !== undefined) answer.fail(error);
  else if (typeof choice["finish_reason"] === "string") answer.finish(choice["finish_reason"]);
}

/** `undefined`: none. An error without words is one all the same. */
function errorOf(chunk: UnknownRecord, choice: UnknownRecord): unknown {
  const told = chunk["error"] ?? choice["error"] ?? recordOf(chunk["hermes"])["error"] ?? undefined;
  return told ?? (choice["finish_reason"] === "error" ? "" : undefined);
}

class Answer implements AnswerEvents {
  isOver = false;
  private events: GatewayEvent[] = [];
  private hasText = false;
  private isFinished = false;
  private readonly tools = new HermesTools();
  private readonly elapsedMs: () => number;

  constructor(elapsedMs: () => number) {
    this.elapsedMs = elapsedMs;
  }

  add(type: "delta" | "reasoning", text: string): void {
    if (text === "") return;
    this.tools.goOn().forEach((part) => this.emit(part));
    this.emit({ type, text });
  }

  tell(progress: UnknownRecord): void {
    if (Object.keys(progress).length === 0) return;
    const part = this.tools.told(progress);
    if (part !== null) this.emit(part);
  }

  fail(error: unknown): void {
    this.emit({ type: "failure", ...explainHermesError(error, this.turn) });
  }

  /** The text is whole, or is told why it is not. That the stream is, is told by what comes after. */
  finish(reason: string): void {
    this.tools.endAll().forEach((part) => this.emit(part));
    const ending = endingIn(`Provider finish_reason: ${reason}`, this.turn);
    if (ending?.type === "failure") this.emit(ending);
    else if (!this.hasText) this.emit({ type: "failure", ...emptyAnswer });
    this.isFinished = true;
  }

  end(): void {
    if (!this.isFinished) this.finish("stop");
    this.emit({ type: "end" });
  }

  breakOff(): void {
    if (this.isFinished) this.end();
    else this.emit({ type: "failure", ...endedEarly });
  }

  emit(event: GatewayEvent): void {
    if (this.isOver) return;
    this.isOver = event.type === "failure" || event.type === "end";
    this.hasText ||= event.type === "delta";
    this.events.push(event);
  }

  take(): GatewayEvent[] {
    return this.events.splice(0);
  }

  private get turn(): TurnSoFar {
    return { elapsedMs: this.elapsedMs(), hasText: this.hasText };
  }
}
