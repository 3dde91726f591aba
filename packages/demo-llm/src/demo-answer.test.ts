import { describe, expect, test } from "vitest";
import { composeDemoAnswer, type DemoAnswer, fingerprint } from "./demo-answer.js";
import { parseDemoRequest } from "./demo-request.js";

function answer(messages: unknown[], extra: Record<string, unknown> = {}, key = ""): DemoAnswer {
  return composeDemoAnswer(parseDemoRequest("openai", { model: "m", messages, ...extra }, key));
}

function textOf(messages: unknown[], extra: Record<string, unknown> = {}, key = ""): string {
  const given = answer(messages, extra, key);
  return given.kind === "text" ? given.text : `(${given.kind})`;
}

const user = (content: unknown): unknown => ({ role: "user", content });
const assistant = (content: unknown): unknown => ({ role: "assistant", content });

describe("the demo model's answer", () => {
  test("says that it is a demo, echoes, and counts the messages", () => {
    const text = textOf([{ role: "system", content: "be kind" }, user("one"), assistant("x"), user("**two**\nlines")]);
    expect(text).toContain("Mosaic demo model");
    expect(text).toContain("no real AI");
    expect(text).toContain("> **two**\n> lines");
    expect(text).toContain("I was sent 3 messages.");
    expect(textOf([user("one")])).toContain("I was sent 1 message.");
  });

  test.each(["What did I say first?", "please recall", "[demo:recall]"])("%s quotes the first message of the person", (question) => {
    const history = [user("[Sat 2026-11-21 00:48 UTC] my dog is Rex"), assistant("ok")];
    expect(textOf([...history, user(question)])).toContain("> my dog is Rex");
    expect(textOf([user(question)])).toContain("nothing that you said before");
  });

  test("a command of an earlier turn is not obeyed again", () => {
    const text = textOf([user("[demo:hang]"), assistant("…"), user("hello")]);
    expect(text).toContain("> hello");
  });

  test("a message that only carries OpenClaw's context is nobody's words", () => {
    const context = "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\n[demo:hang]\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>";
    const text = textOf([user("hello"), user([{ type: "text", text: context }])]);
    expect(text).toContain("> hello");
    expect(text).toContain("I was sent 1 message.");
  });

  test("a failure it was told to make lasts when OpenClaw asks it to go on", () => {
    const goOn = "Continue the current task from the existing transcript, preserving completed work.";
    const told = user("[demo:fail status=500]");
    expect(answer([told, assistant(""), user(goOn)])).toMatchObject({ kind: "fail", status: 500 });
  });

  test("tells whether its system prompt mentions a word, and quotes that line", () => {
    const system = { role: "system", content: "# Soul\nYou are a pirate named Ann.\nBe brief." };
    const yes = textOf([system, user("[demo:system contains=pirate]")]);
    expect(yes).toContain("**Yes.**");
    expect(yes).toContain("> You are a pirate named Ann.");
    expect(yes).not.toContain("Be brief");
    expect(textOf([system, user("[demo:system contains=ninja]")])).toContain("**No.**");
    expect(textOf([system, user("[demo:system]")])).toContain(fingerprint(system.content));
  });

  test("fingerprints the key it was called with and never shows it", () => {
    const key = "sk-canary-0123456789abcdef";
    const text = textOf([user("[demo:key]")], {}, key);
    expect(text).toContain(fingerprint(key));
    expect(text).toContain("`cdef`");
    expect(text).not.toContain(key.slice(0, 12));
    expect(textOf([user("[demo:key]")], {}, "short")).not.toContain("hort");
    expect(textOf([user("[demo:key]")])).toContain("without a key");
  });

  test("calls a tool only when it was offered, and reports what came back", () => {
    const tools = [{ type: "function", function: { name: "read", parameters: {} } }];
    const call = user('[demo:tool name=read args={"path":"SOUL.md"}]');
    expect(answer([call], { tools })).toEqual({
      kind: "tool",
      name: "read",
      args: { path: "SOUL.md" },
    });
    expect(textOf([call])).toContain("No tool `read` was offered. Offered: none.");
    const back = { role: "tool", tool_call_id: "c", content: "I am Ada" };
    expect(textOf([call, assistant(null), back], { tools })).toContain("> I am Ada");
  });

  test("bounds what it can be told", () => {
    expect(answer([user("[demo:fail status=200]")])).toMatchObject({ kind: "fail", status: 400 });
    expect(answer([user("[demo:slow ms=99999999 words=1]")])).toMatchObject({
      wordDelayMs: 60_000,
    });
    expect(textOf([user("[demo:long words=99999999]")]).split(" ")).toHaveLength(20_000);
  });

  test("an unknown command is answered with the known ones", () => {
    expect(textOf([user("[demo:dance]")])).toContain("`markdown`");
  });
});
