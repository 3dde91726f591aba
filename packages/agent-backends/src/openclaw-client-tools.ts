import { clientArgumentsMaxCharacters, type ToolCallPart } from "@mosaic/contracts/message-parts";
import { isRecord, recordOf, textOf, type UnknownRecord } from "@mosaic/incoming/records";
import type { ClientTools, GatewayEvent } from "./agent-backend.js";
import { cutToolText } from "./tool-text.js";

/** Of one answer. */
const maxCalls = 64;
const maxArgumentsCharacters = 1024 * 1024;
/** The agent has its calls in its session in full: here they only tell what a result is of. */
const maxToldArguments = 1_000;

/** A request's fields about tools that the program runs. OpenClaw fails on a call of one that takes nothing and says so by leaving `parameters` out. */
export function clientFields({ tools, toolChoice }: ClientTools): UnknownRecord {
  if (tools.length === 0) return {};
  const described = tools.map((tool) => {
    const { function: definition } = recordOf(tool);
    if (!isRecord(tool) || !isRecord(definition) || isRecord(definition["parameters"])) return tool;
    return { ...tool, function: { ...definition, parameters: { type: "object", properties: {} } } };
  });
  return { tools: described, ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }) };
}

/**
 * OpenClaw puts results into the session as the text of a message, each under its call's id, which its model was never told. So the calls go along: by
 * them the model knows which result is of which.
 */
export function resultMessages({ calls = [], results = [] }: ClientTools): readonly UnknownRecord[] {
  if (results.length === 0) return [];
  const told = calls.map(({ id, name, arguments: given }) => {
    const isLong = given.length > maxToldArguments;
    const text = isLong ? `${given.slice(0, maxToldArguments).toWellFormed()}…` : given;
    return { id, type: "function", function: { name, arguments: text } };
  });
  const asked = told.length === 0 ? [] : [{ role: "assistant", content: null, tool_calls: told }];
  return [...asked, ...results.map(({ callId, content }) => ({ role: "tool", tool_call_id: callId, content }))];
}

interface Fragments {
  id: string;
  name: string;
  given: string;
}

/** Puts the calls together that a stream tells in pieces. */
export class CalledClientTools {
  private readonly calls = new Map<number, Fragments>();
  private length = 0;

  /** Takes one chunk's pieces. False once there is more than a program is told of. */
  add(pieces: unknown): boolean {
    for (const piece of Array.isArray(pieces) ? pieces.filter(isRecord) : []) {
      const index = Number(piece["index"] ?? 0);
      const call = this.calls.get(index) ?? { id: "", name: "", given: "" };
      const { name, arguments: given } = recordOf(piece["function"]);
      call.id ||= textOf(piece["id"]);
      call.name ||= textOf(name);
      call.given += textOf(given);
      this.length += textOf(given).length;
      this.calls.set(index, call);
      if (this.isTooMuch(call)) return false;
    }
    return true;
  }

  /** All that were told, once. */
  take(): readonly GatewayEvent[] {
    const calls = [...this.calls].toSorted(([one], [other]) => one - other);
    this.calls.clear();
    return calls.map(([index, { id, name, given }]): ToolCallPart => {
      const shown = given === "" ? {} : { input: cutToolText(given) };
      const about = { id: id === "" ? `call_${index}` : id, name, state: "running", ...shown } as const;
      return { type: "tool_call", ...about, isForClient: true, arguments: given };
    });
  }

  private isTooMuch({ given }: Fragments): boolean {
    return this.calls.size > maxCalls || given.length > clientArgumentsMaxCharacters || this.length > maxArgumentsCharacters;
  }
}
