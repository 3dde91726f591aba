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
  const tools = entriesOf(value, field);
  const kept = tools.filter((tool) => isOwn(tool, field));
  if (kept.length === tools.length) {
    return value;
  }
  const pieces = kept.flatMap((tool, index) => (index === 0 ? [tool] : [Buffer.from(","), tool]));
  return Buffer.concat([Buffer.from("["), ...pieces, Buffer.from("]")]);
}

/** The entries of a list, which the body's reader has found to be JSON. */
function entriesOf(list: Buffer, field: string): Buffer[] {
  try {
    const scanner = new JsonScanner(list, { maxMembers: toolLimits.maxTools, maxDepth: scanLimits.maxDepth }, "list");
    scanner.scanTo(list.length);
    return scanner.entries().map(({ start, end }) => list.subarray(start, end));
  } catch (error) {
    if (error instanceof JsonTextError) {
      throw new AppError("invalid_input", { detail: `"${field}" can't be passed on. ${error.message}`, cause: error });
    }
    throw error;
  }
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
