import "@mosaic/contracts/field-faults";
import { expect, test } from "vitest";
import { z } from "zod";
import { readerOf } from "@/lib/sentence-reader";
import sentences from "@/messages/de/said.json";

const inGerman = readerOf(sentences);

/** A schema, and something that it refuses, for each kind of fault that a schema finds by itself. */
const refused: readonly (readonly [schema: z.ZodType, value: unknown])[] = [
  [z.string(), undefined],
  [z.string(), 5],
  [z.number(), "5"],
  [z.int(), 1.5],
  [z.boolean(), "yes"],
  [z.array(z.string()), "a"],
  [z.object({}), 1],
  [z.never(), 1],
  [z.string().min(1), ""],
  [z.string().min(3), "ab"],
  [z.string().max(1), "ab"],
  [z.string().max(3), "abcd"],
  [z.array(z.string()).min(1), []],
  [z.array(z.string()).min(2), ["a"]],
  [z.array(z.string()).max(1), ["a", "b"]],
  [z.number().min(3), 2],
  [z.number().max(3), 4],
  [z.number().multipleOf(5), 4],
  [z.url(), "nonsense"],
  [z.email(), "nonsense"],
  [z.uuid(), "nonsense"],
  [z.iso.datetime(), "nonsense"],
  [z.iso.date(), "nonsense"],
  [z.string().regex(/^a$/), "b"],
  [z.strictObject({}), { a: 1 }],
  [z.enum(["a", "b"]), "c"],
  [z.union([z.literal("a"), z.object({})]), 1],
  [z.discriminatedUnion("type", [z.object({ type: z.literal("a") })]), { type: "b" }],
  [z.string().refine(() => false), "a"],
];

test.each(refused)("what a field lacks is said in German, too (%#)", (schema, value) => {
  const message = schema.safeParse(value).error?.issues[0]?.message ?? "";
  expect(message).not.toBe("");
  expect(inGerman(message)).not.toBe(message);
});

test("several sentences of the API, and values in them, are said in German", () => {
  expect(inGerman("The database is gone. Send it again.")).toMatch(/^Die Datenbank ist weg\. /);
  expect(inGerman("You have 100 folders. Delete one that you no longer need.")).toBe(
    "Sie haben 100 Ordner. Löschen Sie einen, den Sie nicht mehr brauchen.",
  );
  // A provider's own words stay as they are.
  expect(inGerman("model not found")).toBe("model not found");
});
