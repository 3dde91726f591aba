import { expect, test } from "vitest";
import { hasSameValues, sentencesIn } from "./said.mjs";

test("sentences are found in texts, in templates, and in what is put together", () => {
  const source = [
    'throw new AppError("conflict", { detail: "There is one already. Choose another name." });',
    "const words = `At ${limit} it ends. Ask for ${less} of it.`;",
    'const long = "The first part of it, " + `of ${size} bytes, ` + `and ${rest} more.`;',
    'const name = "AGENTS.md"; const key = "a.b.c."; logger.warn("no sentence at all");',
    'const both = isLate ? "It came too late." : "It came too early.";',
  ].join("\n");
  expect(sentencesIn("a.ts", source)).toEqual([
    "There is one already. Choose another name.",
    "At {0} it ends. Ask for {1} of it.",
    "The first part of it, of {0} bytes, and {1} more.",
    "It came too late.",
    "It came too early.",
  ]);
});

test("a translation has the values of its original, in whatever order", () => {
  expect(hasSameValues("{0} of {1} are left.", "Von {1} sind {0} übrig.")).toBe(true);
  expect(hasSameValues("{0} of {1} are left.", "{0} sind übrig.")).toBe(false);
  expect(hasSameValues("It is {0}.", "Es ist {1}.")).toBe(false);
});
