import { createHash } from "node:crypto";
import { type DemoCommand, parseDemoCommand, readNumber } from "./demo-command.js";
import { isRecord } from "@mosaic/incoming/records";
import type { DemoMessage, DemoRequest } from "./demo-request.js";

/** What the demo model does with one request. */
export type DemoAnswer =
  | {
      readonly kind: "text";
      readonly text: string;
      /** What is thought before the text. Only OpenAI's protocol carries it. */
      readonly reasoning?: string;
      /** Pause before each word. */
      readonly wordDelayMs?: number;
      /** Pause before the first word. */
      readonly firstDelayMs?: number;
      /** Destroy the connection after this many words. */
      readonly breakAfterWords?: number;
    }
  | {
      readonly kind: "tool";
      readonly name: string;
      readonly args: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: "fail";
      readonly status: number;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: "hang" }
  | { readonly kind: "reset" };

export const maxWords = 20_000;
export const maxDelayMs = 60_000;
const maxEchoCharacters = 4_000;
const recall = /\bwhat did i (?:say|tell you) first\b|\bmy first message\b|\brecall\b/i;
const introduction = "**Mosaic demo model** — a built-in demonstration, no real AI.";

/** Decides from the request alone; only the last thing the person typed can be a command. */
export function composeDemoAnswer(request: DemoRequest): DemoAnswer {
  const last = request.messages.at(-1);
  if (last?.role === "tool") {
    return answerText(request, `The tool answered:\n\n${quote(last.text)}`);
  }
  const said = request.messages.findLast((message) => message.role === "user")?.text ?? "";
  const command = parseDemoCommand(said);
  const commanded = command && obey(command, request);
  if (commanded) return commanded;
  if (recall.test(said)) return answerText(request, recallFirst(request.messages));
  return answerText(request, `You said:\n\n${quote(said)}`);
}

function obey(command: DemoCommand, request: DemoRequest): DemoAnswer | undefined {
  switch (command.name) {
    case "slow":
      return {
        kind: "text",
        text: countedWords(readNumber(command, "words", { default: 20, min: 1, max: maxWords })),
        wordDelayMs: readNumber(command, "ms", { default: 200, min: 0, max: maxDelayMs }),
        firstDelayMs: readNumber(command, "first", { default: 0, min: 0, max: maxDelayMs }),
      };
    case "long":
      return {
        kind: "text",
        text: countedWords(readNumber(command, "words", { default: 5_000, min: 1, max: maxWords })),
      };
    case "break": {
      const after = readNumber(command, "after", { default: 5, min: 0, max: maxWords - 1 });
      return { kind: "text", text: countedWords(after + 20), breakAfterWords: after };
    }
    case "fail":
      return failure(command);
    case "hang":
      return { kind: "hang" };
    case "reset":
      return { kind: "reset" };
    case "tool":
      return callTool(command, request);
    case "think": {
      const words = readNumber(command, "words", { default: 20, min: 1, max: maxWords });
      const said = answerText(request, "I have thought about it.");
      return said.kind === "text" ? { ...said, reasoning: countedWords(words, "thought") } : said;
    }
    case "markdown":
      return { kind: "text", text: markdownSample };
    case "recall":
      return answerText(request, recallFirst(request.messages));
    case "system":
      return answerText(request, describeSystemPrompt(command, request.systemPrompt));
    case "key":
      return answerText(request, describeKey(request.key));
    default:
      return answerText(request, `There is no demo command \`${command.name}\`.\n\n${commandHelp}`);
  }
}

function failure(command: DemoCommand): DemoAnswer {
  const status = Math.trunc(readNumber(command, "status", { default: 500, min: 400, max: 599 }));
  const retryAfterSeconds = readNumber(command, "retry", { default: 5, min: 0, max: 3_600 });
  return {
    kind: "fail",
    status,
    ...(command.options["message"] ? { message: command.options["message"] } : {}),
    ...(status === 429 || status === 503 ? { retryAfterSeconds } : {}),
  };
}

function callTool(command: DemoCommand, request: DemoRequest): DemoAnswer {
  const name = command.options["name"] ?? "";
  if (!request.toolNames.includes(name)) {
    const offered = request.toolNames.join(", ") || "none";
    return answerText(request, `No tool \`${name}\` was offered. Offered: ${offered}.`);
  }
  const args = parseObject(command.options["args"] ?? "{}");
  if (!args) return answerText(request, "The tool's arguments are not a JSON object.");
  return { kind: "tool", name, args };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function answerText(request: DemoRequest, body: string): DemoAnswer {
  const count = request.messages.length;
  const sent = `I was sent ${count} ${count === 1 ? "message" : "messages"}.`;
  return { kind: "text", text: [introduction, body, sent].join("\n\n") };
}

function recallFirst(messages: readonly DemoMessage[]): string {
  const users = messages.filter((message) => message.role === "user");
  const first = users[0];
  if (!first || users.length === 1) return "I was sent nothing that you said before this.";
  return `The first thing you said was:\n\n${quote(first.text)}`;
}

function describeSystemPrompt(command: DemoCommand, systemPrompt: string): string {
  const needle = command.options["contains"];
  if (needle === undefined || needle === "") {
    return `The system prompt has ${systemPrompt.length} characters, SHA-256 \`${fingerprint(systemPrompt)}\`.`;
  }
  const line = systemPrompt.split("\n").find((candidate) => candidate.includes(needle));
  if (line === undefined) return `Does the system prompt contain "${needle}"? **No.**`;
  return `Does the system prompt contain "${needle}"? **Yes.**\n\n${quote(line.trim())}`;
}

/** Never the key itself, and no part of a short one. */
function describeKey(key: string): string {
  if (key === "") return "I was called without a key.";
  const ending = key.length >= 16 ? ` It ends in \`${key.slice(-4)}\`.` : "";
  return `I was called with a key of SHA-256 \`${fingerprint(key)}\`.${ending}`;
}

/** The first 12 hexadecimal digits of a text's SHA-256, as the demo model shows them. */
export function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

function quote(text: string): string {
  const isLong = text.length > maxEchoCharacters;
  const shown = isLong ? `${text.slice(0, maxEchoCharacters)}…` : text;
  return shown
    .split("\n")
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");
}

function countedWords(count: number, word = "word"): string {
  return Array.from({ length: Math.trunc(count) }, (_, index) => `${word}${index + 1}`).join(" ");
}

const commandHelp = "I know: `slow`, `long`, `fail`, `hang`, `reset`, `break`, `tool`, `think`, `markdown`, `recall`, `system`, `key`.";

const markdownSample = [
  "# Demo heading",
  "",
  "A paragraph with **bold**, *italic*, `code` and a [link](https://example.com/).",
  "",
  "## A list",
  "",
  "- first",
  "- second",
  "",
  "## A table",
  "",
  "| Name | Value |",
  "| ---- | ----: |",
  "| one  |     1 |",
  "| two  |     2 |",
  "",
  "## Code",
  "",
  "```ts",
  'const greeting: string = "hello";',
  "console.log(greeting);",
  "```",
].join("\n");
