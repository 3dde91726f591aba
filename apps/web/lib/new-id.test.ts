import { afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { newId } from "@/lib/new-id";

afterEach(() => vi.unstubAllGlobals());

test("an id is a UUID of its own, also where `crypto.randomUUID` is not there", () => {
  const { getRandomValues } = crypto;
  vi.stubGlobal("crypto", { getRandomValues: getRandomValues.bind(crypto) });
  const ids = Array.from({ length: 100 }, newId);
  for (const id of ids) expect(z.uuidv4().safeParse(id)).toMatchObject({ success: true });
  expect(new Set(ids).size).toBe(ids.length);
});
