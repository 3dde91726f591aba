import { createParser } from "eventsource-parser";
import type { GatewayEvent, GatewayStream } from "./agent-backend.js";
import { explainError, type TurnSoFar } from "./openclaw-failure.js";

/** One event of a gateway is a few bytes of text; more without an end is no stream of ours, and must not fill the memory. */
const maxEventCharacters = 4 * 1024 * 1024;

/** Reads the gateway's answer to one turn. The clock tells a time-out from a connection that failed at once: OpenClaw calls both the same. */
export function openOpenclawStream(nowMs: () => number = () => performance.now()): GatewayStream {
  const events: GatewayEvent[] = [];
  const decoder = new TextDecoder();
  const startedAtMs = nowMs();
  let isOver = false;
  let hasText = false;

  const emit = (event: GatewayEvent): void => {
    if (isOver) return;
    isOver = event.type !== "delta";
    hasText = true;
    events.push(event);
  };
  const parser = createParser({
    maxBufferSize: maxEventCharacters,
    onEvent: ({ data }) => readData(data, { elapsedMs: nowMs() - startedAtMs, hasText }, emit),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded")
        emit(brokeOff("The agent sent more than can be read at once. Send the message again."));
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

function readData(data: string, turn: TurnSoFar, emit: (event: GatewayEvent) => void): void {
  if (data.trim() === "[DONE]") {
    emit({ type: "end" });
    return;
  }
  const chunk = parseObject(data);
  if (!chunk) return;
  if (chunk["error"] !== undefined && chunk["error"] !== null) {
    emit({ type: "failure", ...explainError(chunk["error"], turn) });
    return;
  }
  const text = contentOf(chunk);
  if (text !== "") emit({ type: "delta", text });
}

function contentOf(chunk: Record<string, unknown>): string {
  const choices: unknown = chunk["choices"];
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const delta = isRecord(first) ? first["delta"] : undefined;
  const content = isRecord(delta) ? delta["content"] : undefined;
  return typeof content === "string" ? content : "";
}

/** A line that is no JSON is skipped: whether the turn succeeded is told by its last event. */
function parseObject(data: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function brokeOff(detail: string): GatewayEvent {
  return { type: "failure", code: "agent_broke_off", detail };
}
