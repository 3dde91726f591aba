import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HermesTurn } from "./fake-hermes-request.js";
import type { HermesOutcome, HermesReply } from "./fake-hermes-response.js";
import type { FakeHermesSessions } from "./fake-hermes-sessions.js";
import { type FakeHermesSettings, type HermesConfig, readHermesConfig } from "./fake-hermes-settings.js";
import { labelOf, runTerminal, terminalTool } from "./fake-hermes-terminal.js";
import { askUpstream, type HermesUsage, noUsage, UpstreamError } from "./fake-hermes-upstream.js";

/** Hermes asks its model no more often than this within one turn. */
const maxCalls = 90;

interface Run {
  readonly settings: FakeHermesSettings;
  readonly sessions: FakeHermesSessions;
  readonly turn: HermesTurn;
  readonly signal: AbortSignal;
  readonly reply: HermesReply;
}

/** One turn: the model is asked until it wants no tool any more. What was said is kept, however it ends; only an abort throws. */
export async function runTurn(run: Run): Promise<HermesOutcome> {
  const { sessions, turn, settings, reply } = run;
  const earlier = turn.isNamed ? sessions.historyOf(turn.session) : turn.earlier;
  let said = "";
  const say = (text: string): void => {
    said += text;
    reply.say(text);
  };
  try {
    const config = readHermesConfig(settings);
    const system = sessions.systemPromptOf(turn.session, systemPrompt(settings.home, config));
    const first = { role: "system", content: [system, turn.instructions].filter((text) => text !== "").join("\n\n") };
    return await converse({ ...run, reply: { ...reply, say } }, config, [first, ...earlier, { role: "user", content: turn.content }]);
  } catch (error) {
    run.signal.throwIfAborted();
    const message = error instanceof UpstreamError ? error.message : String(error);
    return { text: said, reason: "error", error: message, usage: noUsage };
  } finally {
    sessions.add(turn.session, { role: "user", content: turn.content }, { role: "assistant", content: said });
  }
}

async function converse({ settings, signal, reply }: Run, config: HermesConfig, begun: readonly unknown[]): Promise<HermesOutcome> {
  const messages = [...begun];
  const tools = config.hasTerminal ? [terminalTool] : [];
  let usage = noUsage;
  for (let call = 0; call < maxCalls; call++) {
    const answer = await askUpstream(config, { messages, tools, signal, onText: reply.say });
    usage = added(usage, answer.usage);
    if (answer.calls.length === 0) {
      const isCut = answer.reason === "length";
      return { text: answer.text, reason: isCut ? "length" : "stop", error: isCut ? "Response truncated" : "", usage };
    }
    const asked = answer.calls.map(({ id, name, arguments: given }) => ({ id, type: "function", function: { name, arguments: given } }));
    messages.push({ role: "assistant", content: answer.text, tool_calls: asked });
    for (const tool of answer.calls) {
      const about = { tool: tool.name, toolCallId: tool.id };
      reply.tell({ tool: tool.name, emoji: "💻", label: labelOf(tool), toolCallId: tool.id, status: "running" });
      const content = await runTerminal(tool, config.cwd, settings.env, signal);
      reply.tell({ ...about, status: "completed" });
      messages.push({ role: "tool", tool_call_id: tool.id, content });
    }
  }
  throw new UpstreamError("Maximum iterations reached.");
}

/** SOUL.md of the home, or Hermes' own words, and AGENTS.md of the folder that its terminal works in. */
function systemPrompt(home: string, { cwd }: HermesConfig): string {
  const soul = textOf(join(home, "SOUL.md"));
  const rules = textOf(join(cwd, "AGENTS.md"));
  const parts = [soul === "" ? "You are Hermes Agent, built by Nous Research." : soul, rules === "" ? "" : `## AGENTS.md\n\n${rules}`];
  return parts.filter((part) => part !== "").join("\n\n");
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
}

function added(one: HermesUsage, other: HermesUsage): HermesUsage {
  return {
    prompt_tokens: one.prompt_tokens + other.prompt_tokens,
    completion_tokens: one.completion_tokens + other.completion_tokens,
    total_tokens: one.total_tokens + other.total_tokens,
  };
}
