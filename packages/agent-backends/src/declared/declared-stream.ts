import type { TokenUsage } from "@mosaic/contracts/message-parts";
import { isRecord, parseRecord, recordOf, textOf, type UnknownRecord } from "@mosaic/incoming/records";
import type { GatewayEnding, GatewayEvent, GatewayStream, TurnSoFar } from "../agent-backend.js";
import { choiceOf, usageOf } from "../chat-chunk.js";
import { type AnswerEvents, openEventStream } from "../event-stream.js";
import { emptyAnswer, endingIn } from "../openclaw-log-line.js";
import { brokeOff } from "../own-response.js";
import { explainDeclaredError } from "./declared-failure.js";

/** Of an answer that comes as one object. More must not fill the memory. */
const maxObjectCharacters = 4 * 1024 * 1024;

/** Reads an answer of whatever speaks OpenAI's chat API: a stream of events, or one object from a server that can't stream. */
export function openDeclaredStream(nowMs: () => number = () => performance.now()): GatewayStream {
  const decoder = new TextDecoder();
  const startedAtMs = nowMs();
  const answer = new Answer(() => nowMs() - startedAtMs);
  const events = openEventStream(answer, (data, name) => answer.readEvent(data, name));
  let form: "unknown" | "events" | "object" = "unknown";
  let object = "";
  const feed = (text: string): readonly GatewayEvent[] => {
    const told = form === "unknown" ? text.trimStart() : text;
    if (answer.isOver || told === "") return [];
    // No line of a stream of events begins with a bracket.
    if (form === "unknown") form = told.startsWith("{") ? "object" : "events";
    if (form === "events") return events.push(told);
    object += told;
    if (object.length > maxObjectCharacters) {
      answer.emit({ type: "failure", ...brokeOff("The agent sent more than can be read at once. Send the message again.") });
    }
    return answer.take();
  };
  return {
    push: (chunk) => feed(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })),
    close() {
      const last = feed(decoder.decode());
      if (form === "object") answer.readWhole(object);
      // The last event may lack the empty line after it.
      return [...last, ...(form === "events" ? events.push("\n\n") : []), ...events.close()];
    },
  };
}

class Answer implements AnswerEvents {
  isOver = false;
  private events: GatewayEvent[] = [];
  private hasText = false;
  private isKnown = false;
  private usage: TokenUsage | null = null;
  private ending: GatewayEnding | null = null;
  private readonly elapsedMs: () => number;

  constructor(elapsedMs: () => number) {
    this.elapsedMs = elapsedMs;
  }

  readEvent(data: string, name: string): void {
    if (data.trim() === "[DONE]") {
      this.end();
      return;
    }
    const chunk = parseRecord(data);
    if (name === "error") this.fail(chunk?.["error"] ?? chunk ?? data);
    // A line that is no JSON is skipped: whether the turn succeeded is told by its last event.
    else if (chunk !== undefined) this.readChunk(chunk, "delta");
  }

  readWhole(json: string): void {
    const chunk = parseRecord(json);
    if (chunk === undefined) return;
    this.readChunk(chunk, "message");
    if (this.isKnown) this.end();
  }

  /** The connection ended. After a reason for its end, an answer is whole. */
  breakOff(): void {
    if (this.ending !== null) this.end();
    else if (this.isKnown) {
      this.emit({ type: "failure", ...brokeOff("The agent stopped in the middle of its answer. Send the message again.") });
    } else {
      const detail =
        "The agent's answer is none of OpenAI's chat API. Send the message again; if that does not help, an admin has to look at how this kind of agent is declared.";
      this.emit({ type: "failure", ...brokeOff(detail) });
    }
  }

  emit(event: GatewayEvent): void {
    if (this.isOver) return;
    const isEnding = event.type === "failure" || event.type === "end";
    if (isEnding && this.usage !== null) this.events.push({ type: "usage", usage: this.usage });
    this.isOver = isEnding;
    this.hasText ||= event.type === "delta";
    this.events.push(event);
  }

  take(): GatewayEvent[] {
    return this.events.splice(0);
  }

  private readChunk(chunk: UnknownRecord, field: "delta" | "message"): void {
    const error = chunk["error"];
    if (isRecord(error) || (typeof error === "string" && error !== "")) {
      this.fail(error);
      return;
    }
    if (chunk["object"] === "error" || chunk["type"] === "error") {
      this.fail(chunk);
      return;
    }
    this.usage = usageOf(chunk["usage"]) ?? this.usage;
    if (!Array.isArray(chunk["choices"])) return;
    this.isKnown = true;
    const choice = choiceOf(chunk);
    const said = recordOf(choice[field]);
    const thought = textOf(said["reasoning_content"]) || textOf(said["reasoning"]);
    if (thought !== "") this.emit({ type: "reasoning", text: thought });
    const text = contentOf(said["content"]);
    if (text !== "") this.emit({ type: "delta", text });
    const reason = choice["finish_reason"];
    if (typeof reason === "string" && reason !== "") this.ending = endingOf(reason, this.turn());
  }

  private fail(error: unknown): void {
    this.emit({ type: "failure", ...explainDeclaredError(error, this.turn()) });
  }

  private end(): void {
    const ending = this.ending ?? { type: "end" };
    this.emit(ending.type === "end" && !this.hasText ? { type: "failure", ...emptyAnswer } : ending);
  }

  private turn(): TurnSoFar {
    return { elapsedMs: this.elapsedMs(), hasText: this.hasText };
  }
}

/** Each server has names of its own for an answer that is whole. */
function endingOf(reason: string, turn: TurnSoFar): GatewayEnding {
  return endingIn(`Provider finish_reason: ${reason.replaceAll(/\s+/g, "_").slice(0, 60)}`, turn) ?? { type: "end" };
}

/** A text, or a list of parts of which some are. */
function contentOf(content: unknown): string {
  if (!Array.isArray(content)) return textOf(content);
  return content.map((part: unknown) => textOf(recordOf(part)["text"])).join("");
}
