/** A command a person writes into a message to make the demo model misbehave. */
export interface DemoCommand {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
}

/** A person writes one; many of them, each without an end, would be read again and again. */
const maxTried = 20;
const maxOptionsLength = 20_000;

/** The first well-formed `[demo:name key=value …]` in a text. */
export function parseDemoCommand(text: string): DemoCommand | undefined {
  let tried = 0;
  for (const match of text.matchAll(/\[demo:([a-z]+)/g)) {
    if (++tried > maxTried) return undefined;
    const start = match.index + match[0].length;
    const options = readOptions(text.slice(start, start + maxOptionsLength));
    if (options && match[1] !== undefined) return { name: match[1], options };
  }
  return undefined;
}

export function readNumber(command: DemoCommand, option: string, limits: { default: number; min: number; max: number }): number {
  const value = Number(command.options[option] ?? limits.default);
  if (!Number.isFinite(value)) return limits.default;
  return Math.min(limits.max, Math.max(limits.min, value));
}

function readOptions(text: string): Record<string, string> | undefined {
  const options: Record<string, string> = {};
  let rest = text;
  while (true) {
    rest = rest.trimStart();
    if (rest.startsWith("]")) return options;
    const key = /^([A-Za-z_]+)=/.exec(rest);
    if (key?.[1] === undefined) return undefined;
    rest = rest.slice(key[0].length);
    const length = valueLength(rest);
    if (length === undefined) return undefined;
    const value = rest.slice(0, length);
    options[key[1]] = /^"[\s\S]*"$/.test(value) ? value.slice(1, -1) : value.trim();
    rest = rest.slice(length);
  }
}

/** A value is JSON in braces, a text in double quotes, or everything up to the next `key=` or `]`. */
function valueLength(text: string): number | undefined {
  if (text.startsWith("{")) return jsonObjectLength(text);
  if (text.startsWith('"')) return /^"[^"]*"/.exec(text)?.[0].length;
  const end = text.indexOf("]");
  if (end < 0) return undefined;
  const nextKey = text.slice(0, end).search(/\s[A-Za-z_]+=/);
  return nextKey < 0 ? end : nextKey;
}

function jsonObjectLength(text: string): number | undefined {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (isInString && character === "\\") index += 1;
    else if (character === '"') isInString = !isInString;
    else if (isInString) continue;
    else if (character === "{") depth += 1;
    else if (character === "}") {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return undefined;
}
