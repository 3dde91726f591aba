import { createParser, type EventSourceParser } from "eventsource-parser";
import type { AnswerPart } from "./plain-answer.js";

/** What the data of one server-sent event means. Made anew for each stream. */
export type DataReader = (data: string) => readonly AnswerPart[];

/** An event is a few bytes of text, or the call of a tool in one piece. More without an end is no stream of a model. */
const maxEventCharacters = 1024 * 1024;

/** Reads a provider's server-sent events, whatever else stands between them: comments, names of events, what is no JSON. */
export class AnswerReader {
  private parts: AnswerPart[] = [];
  private isOver = false;
  private readonly decoder = new TextDecoder();
  private readonly parser: EventSourceParser;

  constructor(read: DataReader) {
    this.parser = createParser({
      maxBufferSize: maxEventCharacters,
      onEvent: ({ data }) => read(data).forEach((part) => this.take(part)),
      onError: ({ type }) => (type === "max-buffer-size-exceeded" ? this.take({ type: "fault", words: "" }) : undefined),
    });
  }

  push(chunk: Uint8Array): readonly AnswerPart[] {
    return this.feed(this.decoder.decode(chunk, { stream: true }));
  }

  /** The connection has ended. Some servers leave the last line without its end. */
  close(): readonly AnswerPart[] {
    return this.feed(`${this.decoder.decode()}\n\n`);
  }

  private feed(text: string): readonly AnswerPart[] {
    if (!this.isOver) {
      this.parser.feed(text);
    }
    const { parts } = this;
    this.parts = [];
    return parts;
  }

  /** What follows the end is nobody's. */
  private take(part: AnswerPart): void {
    if (!this.isOver) {
      this.isOver = part.type === "fault" || part.type === "end";
      this.parts.push(part);
    }
  }
}
