import { isRecord, parseRecord, recordOf, textOf } from "@mosaic/incoming/records";
import type { GatewayEvent, GatewayStream, TurnSoFar } from "../agent-backend.js";
import { choiceOf } from "../chat-chunk.js";
import { type AnswerEvents, openEventStream } from "../event-stream.js";
import { explainError } from "../openclaw-failure.js";
import { cutByLimit, emptyAnswer } from "../openclaw-log-line.js";
import { brokeOff, tookTooLong } from "../own-response.js";
import { errorIn, mayBecomeError } from "./nanobot-error-text.js";
import { explainProviderError } from "./nanobot-failure.js";
import { turnLimitSeconds } from "./nanobot-launch.js";

/** nanobot counts its time from when the turn begins, and its clock is another one. */
const limitMs = (turnLimitSeconds - 5) * 1000;

/** Reads nanobot's answer to one turn. It tells neither tools nor what they took, and a failure of the provider's as if it were the answer. */
export function openNanobotStream(nowMs: () => number = () => performance.now()): GatewayStream {
  const startedAtMs = nowMs();
  const answer = new Answer(() => nowMs() - startedAtMs);
  return openEventStream(answer, (data) => readData(data, answer));
}

function readData(data: string, answer: Answer): void {
  if (data.trim() === "[DONE]") {
    answer.end();
    return;
  }
  // A line that is no JSON is skipped: whether the turn succeeded is told by its last event.
  const chunk = parseRecord(data);
  if (chunk === undefined) return;
  if (isRecord(chunk["error"])) {
    answer.emit({ type: "failure", ...explainError(chunk["error"], answer.turn) });
    return;
  }
  const choice = choiceOf(chunk);
  const text = textOf(recordOf(choice["delta"])["content"]);
  if (text !== "") answer.add(text);
  const reason = choice["finish_reason"];
  if (typeof reason === "string") answer.finish(reason);
}

/** What has been said of one answer. Its beginning is held back while it may be an error of the provider's. */
class Answer implements AnswerEvents {
  isOver = false;
  private events: GatewayEvent[] = [];
  private held: string | null = "";
  private hasText = false;
  private isFinished = false;
  private readonly elapsedMs: () => number;

  constructor(elapsedMs: () => number) {
    this.elapsedMs = elapsedMs;
  }

  get turn(): TurnSoFar {
    return { elapsedMs: this.elapsedMs(), hasText: this.hasText };
  }

  add(text: string): void {
    if (this.held === null) {
      this.emit({ type: "delta", text });
      return;
    }
    this.held += text;
    if (!mayBecomeError(this.held)) this.release();
  }

  /** The text is whole. That the stream is, is told by what comes after. */
  finish(reason: string): void {
    this.settle();
    this.isFinished = true;
    if (reason === "length") this.emit({ type: "failure", ...cutByLimit(this.hasText) });
    else if (!this.hasText) this.emit({ type: "failure", ...emptyAnswer });
  }

  end(): void {
    if (!this.isFinished) this.finish("stop");
    this.emit({ type: "end" });
  }

  /** nanobot ends a turn that takes too long, and one that fails inside, without a word. */
  breakOff(): void {
    if (this.isFinished) {
      this.end();
      return;
    }
    this.settle();
    const isLate = this.elapsedMs() >= limitMs;
    const detail = isLate ? tookTooLong : "The agent stopped in the middle of its answer. Send the message again.";
    this.emit({ type: "failure", ...brokeOff(detail) });
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

  private settle(): void {
    const words = this.held === null ? null : errorIn(this.held);
    if (words === null) this.release();
    else this.emit({ type: "failure", ...explainProviderError(words, this.turn) });
  }

  private release(): void {
    const text = this.held ?? "";
    this.held = null;
    if (text !== "") this.emit({ type: "delta", text });
  }
}
