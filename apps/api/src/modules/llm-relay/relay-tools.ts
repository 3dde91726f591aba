import { AppError } from "../../platform/errors/app-error.js";
import { JsonScanner, JsonTextError } from "./json-scanner.js";

export const toolLimits = { maxBytes: 1024 * 1024, maxTools: 1024 } as const;

/** An agent runs these itself. All others run at the provider, on the account of whoever has the key. */
const ownTypes: ReadonlySet<string> = new Set(["function", "custom"]);
const maxTypeBytes = 64;
const scanLimits = { maxMembers: 64, maxDepth: 128 };

/** Of a list of tools in JSON those that the agent runs itself. No objects are made of what is in them. Throws `invalid_input`. */
export function ownTools(value: Buffer, field: string): Buffer | null {
  if (value.length > toolLimits.maxBytes) {
    throw new AppError("invalid_input", { detail: `"${field}" is too large.` });
  }
  if (value[0] !== 0x5b) {
    return null;
  }
  const tools = elementsOf(value, field);
  const kept = tools.filter((tool) => isOwn(tool, field));
  if (kept.length === tools.length) {
    return value;
  }
  const pieces = kept.flatMap((tool, index) => (index === 0 ? [tool] : [Buffer.from(","), tool]));
  return Buffer.concat([Buffer.from("["), ...pieces, Buffer.from("]")]);
}

/** The elements of a list that is known to be JSON. */
function elementsOf(list: Buffer, field: string): Buffer[] {
  const found: Buffer[] = [];
  let depth = 0;
  let start = 1;
  const take = (end: number): void => {
    if (list.toString("latin1", start, Math.min(end, start + 32)).trim() !== "" || found.length > 0) {
      found.push(list.subarray(start, end));
    }
    start = end + 1;
    if (found.length > toolLimits.maxTools) {
      throw new AppError("invalid_input", { detail: `"${field}" has more than ${toolLimits.maxTools} entries.` });
    }
  };
  for (let at = 0; at < list.length; at++) {
    const byte = list[at];
    if (byte === 0x22) {
      at = endOfString(list, at);
    } else if (byte === 0x5b || byte === 0x7b) {
      depth++;
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--;
      if (depth === 0) {
        take(at);
      }
    } else if (byte === 0x2c && depth === 1) {
      take(at);
    }
  }
  return found;
}

function endOfString(text: Buffer, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== 0x22) {
    at += text[at] === 0x5c ? 2 : 1;
  }
  return at;
}

function isOwn(tool: Buffer, field: string): boolean {
  const scanner = new JsonScanner(tool, scanLimits);
  try {
    scanner.scanTo(tool.length);
    const span = scanner.members().get("type");
    if (span === undefined) {
      return true;
    }
    const isShort = span.end - span.start <= maxTypeBytes;
    const type: unknown = isShort ? JSON.parse(tool.toString("utf8", span.start, span.end)) : null;
    return typeof type === "string" && ownTypes.has(type);
  } catch (error) {
    if (error instanceof JsonTextError) {
      throw new AppError("invalid_input", { detail: `"${field}" has an entry that is no tool.`, cause: error });
    }
    throw error;
  }
}
