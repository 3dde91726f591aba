import { textOfParts, withEvent, type MessagePart, type PartEvent } from "@mosaic/contracts/message-parts";

/**
 * The text of an answer as it grows, in the pieces that follow what was said before. What was told can't be taken back: after a process died, another one
 * tells the end again, which is left out as far as it was told.
 */
export class SpokenText {
  private said = "";
  /** What the text is, where that is not what was said: it is catching up after a process died. */
  private parts: readonly MessagePart[] | null = null;
  private isInText = false;
  /** Calls of tools that have their place in the answer: what is heard of them later stands between no two texts. */
  private readonly placed = new Set<string>();

  get text(): string {
    return this.said;
  }

  /** `null`: what came is another answer than the one that was told. */
  next(event: PartEvent): string | null {
    if (this.parts !== null) {
      this.parts = withEvent(this.parts, event);
      return this.upTo(textOfParts(this.parts));
    }
    if (event.type === "tool_call") {
      this.isInText &&= this.placed.has(event.id);
      this.placed.add(event.id);
      return "";
    }
    if (event.type !== "delta") {
      this.isInText = false;
      return "";
    }
    const piece = this.isInText || this.said === "" || event.text === "" ? event.text : `\n\n${event.text}`;
    this.isInText ||= event.text !== "";
    this.said += piece;
    return piece;
  }

  /** Another process goes on, and knows this much. */
  resume(parts: readonly MessagePart[]): string | null {
    this.parts = parts;
    return this.upTo(textOfParts(parts));
  }

  /** The whole text, at the end. */
  end(text: string): string | null {
    return text.startsWith(this.said) ? this.upTo(text) : text === "" || this.said.startsWith(text) ? "" : null;
  }

  private upTo(text: string): string | null {
    if (this.said.startsWith(text)) {
      return "";
    }
    if (!text.startsWith(this.said)) {
      return null;
    }
    const piece = text.slice(this.said.length);
    this.said = text;
    return piece;
  }
}
