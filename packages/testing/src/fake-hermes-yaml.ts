export type Yaml = string | number | boolean | null | readonly Yaml[] | YamlMapping;
export interface YamlMapping {
  readonly [key: string]: Yaml;
}

interface Line {
  readonly indent: number;
  readonly text: string;
}

/** Reads what of YAML stands in a Hermes configuration: mappings and lists in blocks, JSON, and plain words. Throws for the rest. */
export function readYaml(text: string): YamlMapping {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"))
    .map((line): Line => ({ indent: line.length - line.trimStart().length, text: line.trim() }));
  const read = readBlock(lines);
  if (lines.length > 0) throw new Error(`unexpected indent at ${JSON.stringify(lines[0]?.text)}`);
  if (!isMapping(read)) throw new Error("the configuration is no mapping");
  return read;
}

export function isMapping(value: Yaml | undefined): value is YamlMapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function mappingAt(value: YamlMapping, key: string): YamlMapping {
  const found = value[key];
  return isMapping(found) ? found : {};
}

export function textAt(value: YamlMapping, key: string): string {
  const found = value[key];
  return typeof found === "string" || typeof found === "number" ? String(found) : "";
}

/** `null`: there is no list. */
export function namesAt(value: YamlMapping, key: string): readonly string[] | null {
  const found = value[key];
  return Array.isArray(found) ? (found as readonly Yaml[]).map(String) : null;
}

/** Takes the lines of one block off the front. */
function readBlock(lines: Line[]): Yaml {
  const indent = lines[0]?.indent ?? 0;
  if (lines[0]?.text.startsWith("- ") === true) return readList(lines, indent);
  const entries: [string, Yaml][] = [];
  while (lines[0]?.indent === indent) {
    const [, key, rest = ""] = /^([\w.-]{1,200}):(| .*)$/.exec(lines[0].text) ?? [];
    if (key === undefined) throw new Error(`could not read ${JSON.stringify(lines[0].text)}`);
    lines.shift();
    const next = lines[0];
    const isBlock = next !== undefined && (next.indent > indent || (next.indent === indent && next.text.startsWith("- ")));
    entries.push([key, rest.trim() === "" && isBlock ? readBlock(lines) : scalar(rest.trim())]);
  }
  return Object.fromEntries(entries);
}

function readList(lines: Line[], indent: number): Yaml[] {
  const items: Yaml[] = [];
  while (lines[0]?.indent === indent && lines[0].text.startsWith("- ")) items.push(scalar(lines.shift()?.text.slice(2).trim() ?? ""));
  return items;
}

function scalar(text: string): Yaml {
  if (/^["[{]/.test(text)) return JSON.parse(text);
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  const plain = (text.split(" #")[0] ?? "").trimEnd();
  if (plain === "" || plain === "null" || plain === "~") return null;
  if (/^(?:true|yes|on)$/i.test(plain)) return true;
  if (/^(?:false|no|off)$/i.test(plain)) return false;
  return /^-?\d+(?:\.\d+)?$/.test(plain) ? Number(plain) : plain;
}
