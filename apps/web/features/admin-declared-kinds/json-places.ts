/** From where to where a value stands in a text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface JsonPlaces {
  /** Of each value, by its path with dots: `files.0.path`; the whole is "". */
  readonly places: ReadonlyMap<string, Place>;
  /** Where the text stops being JSON. `null`: it is. */
  readonly brokenAt: number | null;
}

/** A bracket, a comma or a colon; a text; a number or a word. */
const token = /(?:[{}[\],:]|"(?:[^"\\\p{Cc}]|[\u007F-\u009F]|\\["\\/bfnrtu])*"|[\w.+-]+)/uy;
const blank = /[ \t\r\n]*/y;
const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
/** Nobody writes more by hand, and the stack of the browser ends somewhere. */
const maxDepth = 100;

class Broken extends Error {}

/** Browsers say differently, or not at all, where a text is no JSON, and none says where a value stands in it. */
export const placesIn = (text: string): JsonPlaces => {
  const reader = new Reader(text);
  try {
    reader.readAll();
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { places: reader.places, brokenAt: reader.at };
  }
  return { places: reader.places, brokenAt: null };
};

class Reader {
  readonly places = new Map<string, Place>();
  /** Of the token that is looked at. */
  at = 0;
  private end = 0;
  private token = "";
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  readAll(): void {
    this.next();
    this.value("", 0);
    if (this.token !== "") throw new Broken();
  }

  private next(): void {
    blank.lastIndex = this.end;
    blank.exec(this.text);
    this.at = blank.lastIndex;
    token.lastIndex = this.at;
    this.token = token.exec(this.text)?.[0] ?? "";
    this.end = this.at + this.token.length;
    if (this.token === "" && this.at < this.text.length) throw new Broken();
  }

  private take(expected: string): void {
    if (this.token !== expected) throw new Broken();
    this.next();
  }

  private value(path: string, depth: number): void {
    const start = this.at;
    let { end } = this;
    if (depth > maxDepth) throw new Broken();
    if (this.token === "{" || this.token === "[") end = this.entries(path, depth);
    else this.scalar();
    this.places.set(path, { start, end });
  }

  private scalar(): void {
    if (this.token.startsWith('"')) asText(this.token);
    else if (!word.test(this.token)) throw new Broken();
    this.next();
  }

  /** Answers where the closing bracket ends. */
  private entries(path: string, depth: number): number {
    const isObject = this.token === "{";
    const closing = isObject ? "}" : "]";
    this.next();
    for (let index = 0; this.token !== closing; index += 1) {
      if (index > 0) this.take(",");
      const name = isObject ? this.name() : String(index);
      this.value(path === "" ? name : `${path}.${name}`, depth + 1);
    }
    const { end } = this;
    this.next();
    return end;
  }

  private name(): string {
    if (!this.token.startsWith('"')) throw new Broken();
    const name = asText(this.token);
    this.next();
    this.take(":");
    return name;
  }
}

const asText = (quoted: string): string => {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw new Broken();
  }
};

/** Where a path stands, or the beginning of what it would stand in. */
export const placeOf = (places: ReadonlyMap<string, Place>, path: string): Place => {
  const found = places.get(path);
  if (found !== undefined) return found;
  const { start } = path === "" ? { start: 0 } : placeOf(places, path.slice(0, Math.max(0, path.lastIndexOf("."))));
  return { start, end: start };
};

export const lineAt = (text: string, at: number): number => text.slice(0, at).split("\n").length;
