import type { ClientCall, ClientResult, ClientTools } from "@mosaic/agent-backends/agent-backend";
import { toolTextMaxCharacters } from "@mosaic/contracts/message-parts";

/** Of all results together: a message holds twice as much. */
const maxCharacters = 32_000;

/** What a program brings to a turn of tools that it runs itself. */
export interface BroughtTools extends ClientTools {
  /** What is said beside results: the message has both. Absent, or without results: nothing, or all that the message says. */
  readonly words?: string;
}

/** What a message says that brings results of a program's tools, for people. Its agent gets them whole, in its own way. */
export function textOfToolResults(results: readonly ClientResult[], calls: readonly ClientCall[] = []): string {
  const nameOf = new Map(calls.map(({ id, name }) => [id, name]));
  const said = results.map(({ callId, content }) => {
    const name = nameOf.get(callId) ?? "";
    const head = `Result of ${name === "" ? "a tool" : name}:`;
    return content.trim() === "" ? `${head} none` : `${head}\n${cut(content, toolTextMaxCharacters)}`;
  });
  return cut(said.join("\n\n"), maxCharacters);
}

/** What is said to the agent beside results, which go another way. `null`: it brings none, so the message says all. */
export function wordsBeside(brought: BroughtTools | null): string | null {
  return (brought?.results ?? []).length === 0 ? null : (brought?.words ?? "");
}

/** For an agent that does not know the calls: their results are said to it in words. */
export function withoutResults(tools: BroughtTools | null): BroughtTools | null {
  if (tools === null || (tools.results ?? []).length === 0) {
    return tools;
  }
  return tools.tools.length === 0 ? null : { ...tools, results: [], calls: [] };
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text;
}
