import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { FaultLines, maxToldChars, wordsForMembers } from "./relay-faults.js";

const secrets = { baseUrl: "http://llm.rack4.acme.example:8000/v1", apiKey: "the-key-of-the-house" };

test.each([
  ["the address", "Cannot reach http://llm.rack4.acme.example:8000/v1/chat/completions", /acme|8000/],
  ["the host alone", "llm.rack4.acme.example said no", /acme/],
  ["a host beside it", "upstream gpu7.rack9.acme.example timed out, try acme.example", /acme|gpu7/],
  ["an address of the network", "connect ECONNREFUSED 10.3.0.5:11434", /10\.3/],
  ["an address of the network in a client's words", "HTTPConnectionPool(host='gpu7', port=11434): Max retries exceeded", /gpu7/],
  ["an address of version 6", "connect ECONNREFUSED fd00::12:3 at [fd00::12:3]:80", /fd00/],
  ["another address", "see http://10.3.0.5/debug and https://wiki.corp/llm", /10\.3|wiki/],
  ["a name inside", "getaddrinfo ENOTFOUND ollama-2.models.svc.cluster.local", /ollama-2|cluster/],
  ["an account", "Rate limit reached for m in organization org-Ab12Cd34Ef56 on project proj_9xYz12345", /Ab12|9xYz/],
  ["a person", "Contact jane.doe@acme.example to raise it", /jane|acme/],
  ["the key", "Incorrect key the-key-of-the-house", /the-key/],
])("%s is not told", (_what, words, secret) => {
  const told = wordsForMembers(JSON.stringify({ error: { message: words } }), secrets);
  expect(told).not.toMatch(secret);
  expect(told).toContain("[hidden]");
  expect(JSON.parse(told)).toHaveProperty("error.message");
});

test("what helps stays: the model, the reason, the time, and the pages of a known vendor", () => {
  const words = "Rate limit reached for gpt-4.1 at 12:30:45. Limit 3.5, please try again in 20s. See https://platform.openai.com/docs/x";
  expect(wordsForMembers(words, { baseUrl: "https://api.openai.com/v1", apiKey: null })).toBe(words);
  expect(wordsForMembers("model 'qwen3:8b' not found", secrets)).toBe("model 'qwen3:8b' not found");
});

test("a provider that is an address hides no number that ends like it, and an address goes with its port", () => {
  const words = "version 3.0.1: connect ECONNREFUSED 10.1.2.3:80, 127.0.0.1 is away";
  const told = wordsForMembers(words, { baseUrl: "http://127.0.0.1:8000/v1", apiKey: null });
  expect(told).toBe("version 3.0.1: connect ECONNREFUSED [hidden], [hidden] is away");
});

test("of words without end only the beginning is looked at and told", () => {
  for (const part of ["a.", "a-", "-a", "@a", "1:", "host=", "a~", "ollama.", "x y ", 'a "', "acme.example."]) {
    const words = `no room: ${part.repeat(64_000 / part.length)}`;
    const told = wordsForMembers(words, secrets);
    expect([part, told.length <= maxToldChars + 100, told.startsWith("no room: ")]).toEqual([part, true, true]);
  }
});

test("nothing that is hidden shows where words are cut", () => {
  for (const secret of ["llm.rack4.acme.example", "the-key-of-the-house", "http://10.3.0.5:8000/v1"]) {
    for (let back = 1; back < secret.length; back++) {
      const told = wordsForMembers(`${"x ".repeat(3_000).slice(0, maxToldChars - back - 1)} ${secret} and more`, secrets);
      expect(told.replaceAll("x ", "")).toMatch(/^x?\s*…$/);
    }
  }
});

test("names are hidden after escapes of JSON, and these stay whole", () => {
  const told = wordsForMembers(String.raw`{"a":"see\nacme.example\tgpu.corp\u0041x.lan. C:\\nas.local"}`, secrets);
  expect(JSON.parse(told)).toEqual({ a: "see\n[hidden]\t[hidden]A[hidden]. C:\\[hidden]" });
});

async function passedOn(chunks: readonly string[]): Promise<string> {
  return text(Readable.from(chunks.map((chunk) => Buffer.from(chunk))).pipe(new FaultLines((words) => wordsForMembers(words, secrets))));
}

test("a fault in the middle of a stream is told without the address, and all else is passed on byte for byte", async () => {
  const before = 'data: {"choices":[{"delta":{"content":"http://llm.rack4.acme.example is my home"}}]}\n\n';
  const fault = 'data: {"error": {"message": "lost http://llm.rack4.acme.example:8000/v1"}}\n\n';
  const whole = `${before}${fault}data: [DONE]\n\n`;
  for (const size of [1, 7, 64, 1000]) {
    const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) => whole.slice(index * size, (index + 1) * size));
    const told = await passedOn(chunks);
    expect(told.startsWith(before)).toBe(true);
    expect(told.slice(before.length)).toBe('data: {"error": {"message": "lost [hidden]"}}\n\ndata: [DONE]\n\n');
  }
});

test.each([
  '{"error":"dial tcp 10.3.0.5:80"}\n',
  'event: error\ndata: {"type":"error","error":{"message":"10.3.0.5"}}\n\n',
  '{"error":"at 10.3.0.5"}',
])("%j is a fault", async (line) => {
  expect(await passedOn([line])).not.toContain("10.3");
});

test("a line without end is passed on as it comes, and a fault without end is cut", async () => {
  const long = `data: {"choices":"${"x".repeat(300_000)}"}`;
  expect(await passedOn([long.slice(0, 100_000), long.slice(100_000), "\n"])).toBe(`${long}\n`);
  const chunks = ['{"error":"', ...Array.from({ length: 50 }, () => "y ".repeat(10_000)), '"}\n'];
  const told = await passedOn([...chunks, "data: [DONE]\n"]);
  expect(told.length).toBeLessThan(maxToldChars + 100);
  expect(told.endsWith("\ndata: [DONE]\n")).toBe(true);
});

test("of a fault that is too long no half of a name or a key is told with other words behind it", async () => {
  const begun = `{"error":{"message":"${"y ".repeat(32)}lost `;
  for (const [half, rest] of [
    ["llm.rack4.ac", "me.example"],
    [secrets.apiKey.slice(0, 9), secrets.apiKey.slice(9)],
  ] as const) {
    const told = await passedOn([`${begun}${half}`, `${rest} ${"z ".repeat(40_000)}`, "for ever", '"}}\n', "data: [DONE]\n"]);
    expect(told).toContain("lost [hidden] z z");
    expect(told).not.toContain(half);
    expect(told).not.toContain("for ever");
    expect(told.endsWith("\ndata: [DONE]\n")).toBe(true);
  }
});
