import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { createAgent } from "./agent.js";
import { freeEmojiFor, friendlyNameFor, hueOf, lookOf, type Looking } from "./agent-look.js";

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

test("a colour follows from the name alone as long as the emoji does, or is somebody's own", () => {
  for (const name of names) {
    expect(hueOf({ name, emoji: lookOf(name).emoji })).toBe(lookOf(name).hue);
    expect(hueOf({ name, emoji: "🤖" })).toBe(lookOf(name).hue);
  }
});

test("somebody's agents look different: no emoji comes twice as long as one is free, nor does a colour among the first twelve", () => {
  const own: Looking[] = [];
  for (const name of names.slice(0, 25)) {
    own.push({ name, emoji: freeEmojiFor(name, own) });
  }
  expect(new Set(own.slice(0, 24).map(({ emoji }) => emoji)).size).toBe(24);
  expect(new Set(own.slice(0, 12).map(hueOf)).size).toBe(12);
  expect(own[24]?.emoji).toBe(lookOf(own[24]?.name ?? "").emoji);
  expect(own.every((one) => hueOf(one) >= 0 && hueOf(one) < 360)).toBe(true);
});

test("an agent alone looks as its name says", () => {
  expect(freeEmojiFor("Ada", [])).toBe(lookOf("Ada").emoji);
});
