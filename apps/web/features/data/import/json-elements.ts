/** What stands in place of a value that is no JSON, or is longer than one may be. */
type JsonFault = "unreadable" | "too_long";

export type JsonElement = { readonly value: unknown } | { readonly fault: JsonFault };

const space = new Set([0x20, 0x09, 0x0a, 0x0d, 0xfeff]);
const opening = new Set([0x7b, 0x5b]);
const closing = new Set([0x7d, 0x5d]);
const comma = 0x2c;
const quote = 0x22;
const backslash = 0x5c;
const bracket = 0x5b;

/**
 * Parts a text into values, as it comes: the elements of an array, or objects one after the other (JSON Lines). The text may be of any size; no more than
 * one value of it is kept, and each is parsed by itself. A parser of whole texts would take many times the memory of the file.
 */
export class JsonElements {
  /** `null`: nothing but space has come. */
  private baseDepth: number | null = null;
  private depth = 0;
  private isInString = false;
  private isEscaped = false;
  private isInJunk = false;
  private pieces: string[] = [];
  private length = 0;

  constructor(private readonly maxCharacters: number) {}

  *push(text: string): Generator<JsonElement> {
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (this.isInString) {
        this.inString(code);
        continue;
      }
      const before = this.depth;
      const isOuter = this.step(code);
      if (before === this.baseDepth && this.depth === before + 1) {
        start = at;
      } else if (before === (this.baseDepth ?? 0) + 1 && this.depth === this.baseDepth) {
        this.keep(text.slice(start, at + 1));
        yield this.take();
        start = at + 1;
      } else if (isOuter && this.endJunk(code)) {
        yield { fault: "unreadable" };
      }
    }
    if (this.isInValue()) {
      this.keep(text.slice(start));
    }
  }

  /** A value that has not come to its end is unreadable, and so is a text without any. */
  *end(): Generator<JsonElement> {
    if (this.isInValue() || this.isInJunk || this.isInString || this.baseDepth === null) {
      yield { fault: "unreadable" };
    }
  }

  private isInValue(): boolean {
    return this.baseDepth !== null && this.depth > this.baseDepth;
  }

  private inString(code: number): void {
    if (this.isEscaped) {
      this.isEscaped = false;
    } else if (code === backslash) {
      this.isEscaped = true;
    } else if (code === quote) {
      this.isInString = false;
    }
  }

  /** True outside of any value. */
  private step(code: number): boolean {
    if (this.baseDepth === null) {
      if (space.has(code)) return false;
      this.baseDepth = code === bracket ? 1 : 0;
      if (code === bracket) {
        this.depth = 1;
        return false;
      }
    }
    this.isInString = code === quote;
    if (opening.has(code)) {
      this.depth += 1;
    } else if (closing.has(code) && this.depth > 0) {
      this.depth -= 1;
    }
    return this.depth === this.baseDepth;
  }

  /** True where something ends that is no object and no array. */
  private endJunk(code: number): boolean {
    const isJunk = !space.has(code) && code !== comma;
    const ends = this.isInJunk && code === comma;
    this.isInJunk = isJunk || (this.isInJunk && !ends);
    return ends;
  }

  private keep(piece: string): void {
    this.length += piece.length;
    if (this.length > this.maxCharacters) {
      this.pieces = [];
    } else {
      this.pieces.push(piece);
    }
  }

  private take(): JsonElement {
    const isTooLong = this.length > this.maxCharacters;
    const text = this.pieces.join("");
    [this.pieces, this.length] = [[], 0];
    if (isTooLong) {
      return { fault: "too_long" };
    }
    try {
      return { value: JSON.parse(text) as unknown };
    } catch {
      return { fault: "unreadable" };
    }
  }
}
