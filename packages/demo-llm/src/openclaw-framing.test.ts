import { describe, expect, test } from "vitest";
import { prependQueuedMessage, stripOpenClawFraming } from "./openclaw-framing.js";

const runtime = "Runtime: name=Ada | agent=main | session=agent:main:conv-1 | host=vm | os=Linux (x64) | channel=webchat";
const goOn =
  "Continue the current task from the existing transcript, preserving completed work. If an action was interrupted, inspect its state before deciding whether to retry it.";
const context = "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\nActive sessions: [demo:hang]\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>";

const place = "[Files that you make for this person in this conversation: put them into outbox/0190f0f0-0000-7000-8000-000000000000]";

const cases: readonly { name: string; framed: string; typed: string }[] = [
  { name: "plain text stays", framed: "hello", typed: "hello" },
  { name: "the timestamp goes", framed: "[Sat 2026-11-21 00:48 UTC] hello", typed: "hello" },
  {
    name: "a timestamp with an offset goes",
    framed: "[Mon 2026-01-05 09:03 GMT+5:30] hi",
    typed: "hi",
  },
  {
    name: "the runtime line goes",
    framed: `[Sat 2026-11-21 00:48 UTC] hello first\n\n${runtime}`,
    typed: "hello first",
  },
  { name: "a person's own Runtime: stays", framed: "Runtime: 3 hours", typed: "Runtime: 3 hours" },
  { name: "a person's own brackets stay", framed: "[note] hello", typed: "[note] hello" },
  {
    name: "the place for files goes, also that of a broken-off turn",
    framed: prependQueuedMessage(`[demo:hang]\n\n${place}`, `hello\n\n${place}`),
    typed: "hello",
  },
  { name: "context before the text goes", framed: `${context}\n\nhello`, typed: "hello" },
  { name: "context after the text goes", framed: `hello\n\n${context}`, typed: "hello" },
  { name: "context alone is nothing", framed: context, typed: "" },
  {
    name: "context that does not end goes to the end",
    framed: "hello\n<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\nsecret",
    typed: "hello",
  },
  {
    name: "paragraphs stay",
    framed: `[Sat 2026-11-21 00:48 UTC] one\n\ntwo\n\n${runtime}`,
    typed: "one\n\ntwo",
  },
  {
    name: "the words of a broken-off turn go",
    framed: `[Sat 2026-11-21 00:48 UTC] ${prependQueuedMessage("[demo:hang]", "hello\n\nagain")}`,
    typed: "hello\n\nagain",
  },
  {
    name: "the words of two broken-off turns go",
    framed: prependQueuedMessage(prependQueuedMessage("[demo:hang]", "[demo:slow]"), "hello"),
    typed: "hello",
  },
  {
    name: "OpenClaw's own call to go on is nothing",
    framed: `[Sat 2026-11-21 00:48 UTC] ${goOn}`,
    typed: "",
  },
  {
    name: "a failed turn that OpenClaw repeats keeps its words",
    framed: `[Sat 2026-11-21 00:48 UTC] ${prependQueuedMessage("[demo:fail]", goOn)}\n\n${runtime}`,
    typed: "[demo:fail]",
  },
  {
    name: "a failed turn repeated after a broken-off one keeps only its own words",
    framed: prependQueuedMessage(prependQueuedMessage("[demo:hang]", "[demo:fail]"), goOn),
    typed: "[demo:fail]",
  },
  {
    name: "a failed turn repeated twice keeps its words",
    framed: prependQueuedMessage(prependQueuedMessage("[demo:fail]", goOn), goOn),
    typed: "[demo:fail]",
  },
  {
    name: "the mark of a retry goes",
    framed: "[Retry after the previous model attempt failed or timed out]\n\n[demo:fail]",
    typed: "[demo:fail]",
  },
];

describe("stripOpenClawFraming", () => {
  test.each(cases)("$name", ({ framed, typed }) => {
    expect(stripOpenClawFraming(framed)).toBe(typed);
  });
});

test("a message of blanks, or of lines that begin like OpenClaw's, is read as fast as any", () => {
  const before = process.threadCpuUsage();
  for (const text of [" ".repeat(65_000), `x${"\n ".repeat(65_000)}x`, `x${"\nRuntime: name=".repeat(10_000)}`, "\n".repeat(65_000)]) {
    stripOpenClawFraming(`a${text}b`);
  }
  const { user, system } = process.threadCpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(500);
});
