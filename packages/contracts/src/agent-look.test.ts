import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { createAgent } from "./agent.js";
import { friendlyNameFor, lookOf } from "./agent-look.js";

const names = Array.from({ length: 2000 }, (_, index) => `Agent ${index}`);

test("the same name looks the same, however it is written", () => {
  expect(lookOf(" ada ")).toEqual(lookOf("Ada"));
  expect(lookOf("Zoe\u0308")).toEqual(lookOf("Zo\u00EB"));
});

test("other names look different: all emojis and all colours are used about equally", () => {
  for (const part of ["emoji", "hue"] as const) {
    const uses = [...Map.groupBy(names, (name) => lookOf(name)[part]).values()].map(({ length }) => length);
    expect(uses).toHaveLength(24);
    expect(Math.max(...uses)).toBeLessThan(2.5 * Math.min(...uses));
  }
  expect(new Set(names.slice(0, 20).map((name) => JSON.stringify(lookOf(name)))).size).toBeGreaterThan(17);
});

test("every look and every friendly name is one that an agent may have", () => {
  for (const name of names) {
    expect(createAgent.safeParse({ name: friendlyNameFor(randomUUID()), emoji: lookOf(name).emoji }).success).toBe(true);
  }
});

test("somebody's first agent is called the same, whoever asks", () => {
  const id = randomUUID();
  expect(friendlyNameFor(id)).toBe(friendlyNameFor(id));
});
