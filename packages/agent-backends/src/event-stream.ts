import { createParser } from "eventsource-parser";
import type { GatewayEvent, GatewayStream } from "./agent-backend.js";

/** One event of a gateway is a few bytes of text; more without an end is no stream of ours, and must not fill the memory. */
const maxEventCharacters = 4 * 1024 * 1024;

/** What has been said of one answer. After its end it takes nothing more. */
export interface AnswerEvents {
  readonly isOver: boolean;
  emit(event: GatewayEvent): void;
  /** What has not been taken yet. */
  take(): readonly GatewayEvent[];
  /** The connection ended. */
  breakOff(): void;
}

/** Reads an answer that comes as server-sent events, cut anywhere. `name` is empty for an event without one. */
export function openEventStream(answer: AnswerEvents, read: (data: string, name: string) => void): GatewayStream {
  const decoder = new TextDecoder();
  const parser = createParser({
    maxBufferSize: maxEventCharacters,
    onEvent: ({ data, event = "" }) => read(data, event),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") {
        const detail = "The agent sent more than can be read at once. Send the message again.";
        answer.emit({ type: "failure", code: "agent_broke_off", detail });
      }
    },
  });
  const feed = (text: string): void => {
    if (!answer.isOver && text !== "") parser.feed(text);
  };
  return {
    push(chunk) {
      feed(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
      return answer.take();
    },
    close() {
      feed(decoder.decode());
      answer.breakOff();
      return answer.take();
    },
  };
}
