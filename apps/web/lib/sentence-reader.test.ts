import { expect, test } from "vitest";
import { readerOf } from "@/lib/sentence-reader";

const read = readerOf({
  "Send it again.": "Senden Sie es noch einmal.",
  "It is too large.": "Es ist zu groß.",
  "At most {0} characters; this has {1}": "Höchstens {0} Zeichen; das hier hat {1}",
  "At most {0} characters": "Höchstens {0} Zeichen",
  "The agent ended. {0}": "Der Agent endete. {0}",
  "{0} of {1} were left out.": "Von {1} fehlen {0}.",
  "Provider: {0}.": "Anbieter: {0}.",
});

test.each([
  ["Send it again.", "Senden Sie es noch einmal."],
  ["It is too large. Send it again.", "Es ist zu groß. Senden Sie es noch einmal."],
  ["At most 5 characters", "Höchstens 5 Zeichen"],
  ["At most 1,000 characters; this has 1,001", "Höchstens 1,000 Zeichen; das hier hat 1,001"],
  ["The agent ended. It is too large.", "Der Agent endete. Es ist zu groß."],
  ["The agent ended. Out of luck.", "Der Agent endete. Out of luck."],
  ["3 of 10 were left out.", "Von 10 fehlen 3."],
  ["Provider: Ours. It is too large.", "Anbieter: Ours. Es ist zu groß."],
  ["A provider's own words. Send it again.", "A provider's own words. Senden Sie es noch einmal."],
  ["nothing that is known", "nothing that is known"],
  ["", ""],
  ["The agent ended. ", "The agent ended. "],
])("%j is said as %j", (text, said) => expect(read(text)).toBe(said));

test("values that are numbers are written as the language does, and no others", () => {
  const german = readerOf({ "{0} of {1} are free.": "{0} von {1} sind frei." }, (value) =>
    value.replace(/^\d+\.\d(?= GB$)/, (number) => number.replace(".", ",")),
  );
  expect(german("5.2 GB of version 1.2 are free.")).toBe("5,2 GB von version 1.2 sind frei.");
});

test("a catalogue without sentences says everything as it is", () => {
  expect(readerOf({})("Send it again.")).toBe("Send it again.");
});

test("what could be made to be slow is not", () => {
  const wide = readerOf(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`a{0}a{1}a{2}b${at}.`, `{2}{1}{0}${at}`])));
  expect(wide("a".repeat(4_000))).toHaveLength(4_000);
  expect(wide("a".repeat(1_000_000))).toHaveLength(1_000_000);
});
