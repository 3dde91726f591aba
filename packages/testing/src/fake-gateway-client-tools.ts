import { DemoHttpError, type DemoRequest, type JsonRecord } from "@mosaic/demo-llm/demo-request";
import { isRecord, recordOf, textOf } from "@mosaic/incoming/records";
import type { GatewayReply } from "./fake-gateway-turn.js";

/** The agent's own, of which a program's tools may not have the names. */
const ownTools = new Set([
  "read",
  "write",
  "edit",
  "apply_patch",
  "exec",
  "process",
  "web_search",
  "web_fetch",
  "browser",
  "session_status",
]);

/** What a program has said of the tools that it runs itself. */
export interface ToolChoice {
  readonly offered: readonly string[];
  /** One of them has to be called; `null`: none has to be. */
  readonly demand: { readonly name: string | null } | null;
  readonly hasConflict: boolean;
}

/** Refuses what OpenClaw refuses, in its words. */
export function chooseTools({ tools, tool_choice: choice }: JsonRecord): ToolChoice {
  const names = (Array.isArray(tools) ? tools : []).map((tool: unknown) => {
    const { type, function: definition } = recordOf(tool);
    if (type !== "function") throw refused("only function tools are supported");
    const name = textOf(recordOf(definition)["name"]).trim();
    if (name === "") throw refused("tool.function.name is required");
    return name;
  });
  const hasConflict = names.some((name, at) => ownTools.has(name) || names.indexOf(name) !== at);
  if (choice === undefined || choice === null || choice === "auto") return { offered: names, demand: null, hasConflict };
  if (choice === "none") return { offered: [], demand: null, hasConflict: false };
  const name = choice === "required" ? null : nameChosen(choice);
  const offered = name === null ? names : names.filter((each) => each === name);
  if (offered.length === 0) {
    throw refused(name === null ? "tool_choice=required but no tools were provided" : `tool_choice requested unknown tool: ${name}`);
  }
  return { offered, demand: { name }, hasConflict };
}

/** Holds the text back, and fails where the model called nothing. */
export function demanding(reply: GatewayReply, { name }: { readonly name: string | null }): GatewayReply {
  const message =
    name === null
      ? "tool_choice=required was not satisfied by the agent response"
      : `tool_choice required a ${name} tool call, but the agent did not produce one`;
  return { ...reply, text: async () => undefined, end: () => reply.fail({ status: 502, message, type: "api_error" }) };
}

/** OpenClaw makes one message of all that are sent: the newest is quoted alone, unless it is a result or others come before it. */
export function asOneMessage(asked: DemoRequest, body: JsonRecord): DemoRequest {
  const messages = Array.isArray(body["messages"]) ? body["messages"].filter(isRecord) : [];
  const entries = messages.filter(({ role }) => role === "user" || role === "assistant" || role === "tool");
  if (entries.length === 1 && entries[0]?.["role"] === "user") return asked;
  const lines = entries.map((message) => `${senderOf(message)}: ${bodyOf(message)}`);
  const history = lines.slice(0, -1);
  const last = lines.at(-1) ?? "";
  const text =
    history.length === 0
      ? last
      : ["[Chat messages since your last reply - for context]", ...history, "", "[Current message - respond to this]", last].join("\n");
  return { ...asked, messages: [{ role: "user", text }] };
}

function senderOf({ role, tool_call_id: id }: JsonRecord): string {
  return role === "user" ? "User" : role === "assistant" ? "Assistant" : `Tool:${textOf(id)}`;
}

function bodyOf({ content, tool_calls: calls }: JsonRecord): string {
  const parts = Array.isArray(content) ? content.map((part: unknown) => textOf(recordOf(part)["text"])) : [textOf(content)];
  const told = (Array.isArray(calls) ? calls : []).map((call: unknown) => {
    const { id, function: called } = recordOf(call);
    const { name, arguments: given } = recordOf(called);
    return `tool_call id=${textOf(id)} name=${textOf(name)} arguments=${textOf(given)}`;
  });
  return [...parts, ...told].filter((text) => text !== "").join("\n");
}

function nameChosen(choice: unknown): string {
  const { type, function: chosen } = recordOf(choice);
  if (type !== "function") {
    throw refused(typeof type === "string" ? `tool_choice ${type} is not supported` : "unsupported tool_choice type");
  }
  return textOf(recordOf(chosen)["name"]);
}

function refused(why: string): DemoHttpError {
  return new DemoHttpError(400, `Invalid tools/tool_choice: ${why}`);
}
