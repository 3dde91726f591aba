/** Where a value stands: a member's, or an entry of a list. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

/** Why a text is not the JSON that was expected, in words for whoever sent it. */
export class JsonTextError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "JsonTextError";
  }
}

const byteOf = {
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  dot: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  backslash: 0x5c,
  openList: 0x5b,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
  /** `E` as well, with the bit that makes a small letter of it. */
  exponent: 0x65,
} as const;

/** What may come next. Numbers, since they are compared for each byte. */
const expects = { value: 0, valueOrEnd: 1, name: 2, nameOrEnd: 3, colon: 4, commaOrEnd: 5, nothing: 6 } as const;
type Expects = (typeof expects)[keyof typeof expects];

const words: Readonly<Record<number, string>> = { 0x74: "true", 0x66: "false", 0x6e: "null" };
const maxNumberBytes = 400;
const maxNameBytes = 256;

/** Walks over a JSON object or a JSON list, as far as it is told. Inside strings it looks for their end only: whatever stands in them changes no member. */
export class JsonScanner {
  private readonly foundMembers = new Map<string, JsonSpan>();
  private readonly foundEntries: JsonSpan[] = [];
  /** The open containers: 1 for an object. */
  private readonly stack: Uint8Array;
  private depth = 0;
  private at = 0;
  private expected: Expects = expects.value;
  private isInString = false;
  private isName = false;
  private stringStart = 0;
  private valueStart = 0;
  private name = "";

  constructor(
    private readonly text: Buffer,
    private readonly limits: { readonly maxMembers: number; readonly maxDepth: number },
    private readonly root: "object" | "list" = "object",
  ) {
    this.stack = new Uint8Array(limits.maxDepth);
  }

  /** Looks at what stands before `end`. Throws `JsonTextError`. */
  scanTo(end: number): void {
    while (this.at < end) {
      if (this.isInString) {
        this.skipString(end);
      } else {
        this.step(this.text[this.at] ?? 0);
      }
    }
  }

  /** Throws `JsonTextError` when the text ended too early. */
  members(): ReadonlyMap<string, JsonSpan> {
    this.requireEnd();
    return this.foundMembers;
  }

  /** Of a list. Throws `JsonTextError` when the text ended too early. */
  entries(): readonly JsonSpan[] {
    this.requireEnd();
    return this.foundEntries;
  }

  private requireEnd(): void {
    if (this.expected !== expects.nothing) {
      throw new JsonTextError("The request's JSON ends too early.");
    }
  }

  private step(byte: number): void {
    switch (byte) {
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
        this.at++;
        return;
      case byteOf.quote:
        this.beginString();
        return;
      case byteOf.openObject:
      case byteOf.openList:
        this.open(byte === byteOf.openObject);
        return;
      case byteOf.closeObject:
      case byteOf.closeList:
        this.close(byte === byteOf.closeObject);
        return;
      case byteOf.colon:
        this.require(this.expected === expects.colon);
        this.expected = expects.value;
        this.at++;
        return;
      case byteOf.comma:
        this.require(this.expected === expects.commaOrEnd);
        this.expected = this.isInObject() ? expects.name : expects.value;
        this.at++;
        return;
      default:
        this.scalar(byte);
    }
  }

  private isInObject(): boolean {
    return this.stack[this.depth - 1] === 1;
  }

  private require(isSo: boolean): void {
    if (!isSo) {
      throw new JsonTextError(`The request is not JSON: see its byte ${this.at}.`);
    }
  }

  private beginValue(opened: "object" | "list" | null = null): void {
    this.require(this.expected <= expects.valueOrEnd && (this.depth > 0 || opened === this.root));
    if (this.depth === 1) {
      this.valueStart = this.at;
    }
  }

  private endValue(): void {
    this.expected = this.depth === 0 ? expects.nothing : expects.commaOrEnd;
    if (this.depth === 1) {
      this.keep({ start: this.valueStart, end: this.at });
    }
  }

  private keep(value: JsonSpan): void {
    if (this.root === "object") {
      this.foundMembers.set(this.name, value);
    } else if (this.foundEntries.push(value) > this.limits.maxMembers) {
      throw new JsonTextError(`The list has more than ${this.limits.maxMembers} entries.`);
    }
  }

  private open(isObject: boolean): void {
    this.beginValue(isObject ? "object" : "list");
    if (this.depth >= this.limits.maxDepth) {
      throw new JsonTextError("The request is nested too deeply.");
    }
    this.stack[this.depth++] = isObject ? 1 : 0;
    this.expected = isObject ? expects.nameOrEnd : expects.valueOrEnd;
    this.at++;
  }

  private close(isObject: boolean): void {
    const whenEmpty = isObject ? expects.nameOrEnd : expects.valueOrEnd;
    this.require(this.depth > 0 && this.isInObject() === isObject);
    this.require(this.expected === expects.commaOrEnd || this.expected === whenEmpty);
    this.depth--;
    this.at++;
    this.endValue();
  }

  private beginString(): void {
    this.isName = this.expected === expects.name || this.expected === expects.nameOrEnd;
    if (!this.isName) {
      this.beginValue();
    }
    this.stringStart = this.at;
    this.isInString = true;
    this.at++;
  }

  private skipString(end: number): void {
    const { text } = this;
    let at = this.at;
    while (at < end) {
      const byte = text[at];
      if (byte === byteOf.quote) {
        this.at = at + 1;
        this.endString();
        return;
      }
      at += byte === byteOf.backslash ? 2 : 1;
    }
    this.at = at;
  }

  private endString(): void {
    this.isInString = false;
    if (!this.isName) {
      this.endValue();
      return;
    }
    this.expected = expects.colon;
    if (this.depth === 1) {
      this.name = this.readName();
      if (this.foundMembers.has(this.name)) {
        throw new JsonTextError("The request has a field twice.");
      }
      if (this.foundMembers.size >= this.limits.maxMembers) {
        throw new JsonTextError(`The request has more than ${this.limits.maxMembers} fields.`);
      }
    }
  }

  private readName(): string {
    const isShort = this.at - this.stringStart <= maxNameBytes;
    try {
      return isShort ? String(JSON.parse(this.text.toString("utf8", this.stringStart, this.at))) : unreadable();
    } catch {
      throw new JsonTextError("The request has a field whose name can't be read.");
    }
  }

  /** A number or a word: short, so it is read at once. */
  private scalar(first: number): void {
    this.beginValue();
    const word = words[first];
    if (word === undefined) {
      this.at = this.endOfNumber();
    } else {
      this.require(this.text.toString("latin1", this.at, this.at + word.length) === word);
      this.at += word.length;
    }
    this.endValue();
  }

  private endOfNumber(): number {
    const { text } = this;
    let at = this.at + (text[this.at] === byteOf.minus ? 1 : 0);
    at = text[at] === byteOf.zero ? at + 1 : this.digits(at);
    if (text[at] === byteOf.dot) {
      at = this.digits(at + 1);
    }
    if (((text[at] ?? 0) | 0x20) === byteOf.exponent) {
      const sign = text[at + 1];
      at = this.digits(sign === byteOf.plus || sign === byteOf.minus ? at + 2 : at + 1);
    }
    return at;
  }

  /** One digit or more. */
  private digits(from: number): number {
    const { text } = this;
    let at = from;
    for (let byte = text[at] ?? 0; byte >= byteOf.zero && byte <= byteOf.nine; byte = text[at] ?? 0) {
      at++;
    }
    this.require(at > from && at - this.at <= maxNumberBytes);
    return at;
  }
}

function unreadable(): never {
  throw new JsonTextError("too long");
}
