import { createParser } from "eventsource-parser";
import type { GatewayEvent, GatewayStream, TurnSoFar } from "./agent-backend.js";
import { choiceOf, usageOf } from "./chat-chunk.js";
import { CalledClientTools } from "./openclaw-client-tools.js";
import { explainError, isUntold } from "./openclaw-failure.js";
import { cutByLimit, emptyAnswer } from "./openclaw-log-line.js";
import { parseRecord, recordOf, textOf } from "@mosaic/incoming/records";

/** One event of a gateway is a few bytes of text; more without an end is no stream of ours, and must not fill the memory. */
const maxEventCharacters = 4 * 1024 * 1024;

/** What OpenClaw writes where a model said nothing. It is no answer. */
const placeholder = "No response from OpenClaw.";

/** What the chunks of a stream tell beside its text. */
interface Head {
  runId: string | undefined;
  isCut: boolean;
  readonly calls: CalledClientTools;
}

/** Reads the gateway's answer to one turn. The clock tells a time-out from a connection that failed at once: OpenClaw calls both the same. */
export function openOpenclawStream(nowMs: () => number = () => performance.now()): GatewayStream {
  const events: GatewayEvent[] = [];
  const decoder = new TextDecoder();
  const startedAtMs = nowMs();
  let isOver = false;
  let hasText = false;
  const head: Head = { runId: undefined, isCut: false, calls: new CalledClientTools() };

  const emit = (event: GatewayEvent): void => {
    if (isOver) return;
    isOver = event.type === "failure" || event.type === "end";
    hasText ||= event.type === "delta";
    events.push(event);
  };
  const parser = createParser({
    maxBufferSize: maxEventCharacters,
    onEvent: ({ data }) => readData(data, { elapsedMs: nowMs() - startedAtMs, hasText }, head, emit),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") {
        emit(brokeOff("The agent sent more than can be read at once. Send the message again."));
      }
    },
  });
  const feed = (text: string): void => {
    if (!isOver && text !== "") parser.feed(text);
  };

  return {
    push(chunk) {
      feed(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
      return events.splice(0);
    },
    close() {
      feed(decoder.decode());
      emit(brokeOff("The agent stopped in the middle of its answer. Send the message again."));
      return events.splice(0);
    },
  };
}

function readData(data: string, turn: TurnSoFar, head: Head, emit: (event: GatewayEvent) => void): void {
  if (data.trim() === "[DONE]") {
    emit(head.isCut ? { type: "failure", ...cutByLimit(turn.hasText) } : { type: "end" });
    return;
  }
  // A line that is no JSON is skipped: whether the turn succeeded is told by its last event.
  const chunk = parseRecord(data);
  if (!chunk) return;
  const { error, id } = chunk;
  if (typeof id === "string" && /^[\w-]{1,80}$/.test(id)) head.runId = id;
  if (error !== undefined && error !== null) {
    const untold = isUntold(error) && head.runId !== undefined ? { untoldRunId: head.runId } : {};
    emit({ type: "failure", ...explainError(error, turn), ...untold });
    return;
  }
  const usage = usageOf(chunk["usage"]);
  if (usage !== null) emit({ type: "usage", usage });
  const choice = choiceOf(chunk);
  head.isCut ||= choice["finish_reason"] === "length";
  const delta = recordOf(choice["delta"]);
  if (!head.calls.add(delta["tool_calls"])) {
    emit(brokeOff("The agent called your program's tools with more than one answer can hold. Ask for less at once."));
    return;
  }
  if (typeof choice["finish_reason"] === "string") head.calls.take().forEach(emit);
  const text = textOf(delta["content"]);
  if (text === placeholder && !turn.hasText) emit({ type: "failure", ...(head.isCut ? cutByLimit(false) : emptyAnswer) });
  else if (text !== "") emit({ type: "delta", text });
}

function brokeOff(detail: string): GatewayEvent {
  return { type: "failure", code: "agent_broke_off", detail };
}
