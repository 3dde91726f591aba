import { expect, test } from "vitest";
import { ownTools, toolLimits } from "./relay-tools.js";

const own = { name: "read", description: 'says "[{,}]" \\', input_schema: { type: "object", properties: { type: { type: "string" } } } };
const passed = (text: string): string | undefined => ownTools(Buffer.from(text), "tools")?.toString();

test.each([
  "web_search_20250305",
  "web_fetch_20250910",
  "code_execution_20250825",
  "computer_20250124",
  "mcp_toolset",
  "web_search",
  "retrieval",
  null,
  ["custom"],
])("a tool of type %j runs at the provider, and stays behind", (type) => {
  expect(passed(JSON.stringify([{ type, name: "x" }]))).toBe("[]");
  expect(JSON.parse(passed(JSON.stringify([own, { name: "x", type: "bash_20250124" }, own])) ?? "")).toEqual([own, own]);
});

test.each([" ", "\t", "\n", "\r\n", " \n\t"])("no tool hides behind whitespace of %j, however much", (space) => {
  const wide = space.repeat(100);
  for (const tool of ['{"type":"web_search_20250305","name":"x"}', '{"name":"x","type":null}']) {
    expect(passed(`[${wide}${tool}]`)).toBe("[]");
    expect(passed(`[${wide}${tool}${wide},${wide}{"name":"read"}${wide}]`)).toBe('[{"name":"read"}]');
    expect(passed(`[{"name":"read"}${wide},${wide}${tool}${wide}]`)).toBe('[{"name":"read"}]');
  }
  expect(passed(`[${wide}]`)).toBe(`[${wide}]`);
});

test("an agent's own tools go on byte for byte", () => {
  for (const tools of [[], [own], [own, { ...own, type: "custom" }], [{ type: "function", function: own }]]) {
    const text = JSON.stringify(tools, null, 1);
    expect(passed(text)).toBe(text);
  }
});

test("a type can't be hidden in another spelling, or behind a second one", () => {
  expect(passed(String.raw`[{"t\u0079pe":"web_search_20250305","name":"x"}]`)).toBe("[]");
  expect(passed(String.raw`[ {"name":"x","type":"web_se\u0061rch_20250305"} ]`)).toBe("[]");
  expect(() => passed('[{"type":"custom","type":"web_search_20250305"}]')).toThrow(expect.objectContaining({ code: "invalid_input" }));
  expect(() => passed('["web_search_20250305"]')).toThrow(expect.objectContaining({ code: "invalid_input" }));
  expect(() => passed('[{"name":"x"},[{"type":"web_search_20250305"}]]')).toThrow(expect.objectContaining({ code: "invalid_input" }));
  expect(() => passed('[{"name":"x"}')).toThrow(expect.objectContaining({ code: "invalid_input" }));
  expect(() => passed('[[{"type":"web_search_20250305"}]]')).toThrow(expect.objectContaining({ code: "invalid_input" }));
  expect(passed('{"type":"web_search_20250305"}')).toBeUndefined();
});

test("neither many tools nor large ones are looked at", () => {
  const many = `[${Array.from({ length: toolLimits.maxTools + 1 }, () => "{}").join()}]`;
  expect(() => passed(many)).toThrow(expect.objectContaining({ detail: expect.stringContaining("more than 1024 entries") as string }));
  const large = JSON.stringify([{ name: "x".repeat(toolLimits.maxBytes) }]);
  expect(() => passed(large)).toThrow(expect.objectContaining({ detail: expect.stringContaining("too large") as string }));
});
