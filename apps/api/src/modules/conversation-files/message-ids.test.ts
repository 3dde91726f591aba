import { expect, test } from "vitest";
import { z } from "zod";
import { idsInOrder } from "./message-ids.js";

test("each id is larger than the one before, a UUIDv7, and from before the moment that is named", () => {
  const now = Date.parse("2026-11-30T12:00:00Z");
  for (const random of [new Uint8Array(8), new Uint8Array(8).fill(255)]) {
    const generator = idsInOrder(now, 20_000, () => random);
    const ids = Array.from({ length: 20_000 }, () => generator.next().value);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(20_000);
    expect(z.uuidv7().safeParse(ids[0]).success && z.uuidv7().safeParse(ids.at(-1)).success).toBe(true);
    expect(Number.parseInt((ids.at(-1) ?? "").replaceAll("-", "").slice(0, 12), 16)).toBeLessThan(now);
  }
});
