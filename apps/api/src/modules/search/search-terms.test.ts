import { createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { featuresOf, mostTokens, tokenOf } from "./index-tokens.js";
import { marked, snippet } from "./marked-text.js";
import { placeOfAll, termsOf } from "./search-terms.js";
import { piecesOf } from "./text-pieces.js";

/** As a search does it: the index has all that is asked of it, and the text has all words. */
async function finds(query: string, text: string): Promise<boolean> {
  const terms = termsOf(query);
  const features = await featuresOf(text);
  const isCandidate = terms.length > 0 && terms.every((term) => term.features.every((feature) => features.has(feature)));
  const isThere = terms.length > 0 && (await placeOfAll(terms, text)) !== null;
  // What is there and not a candidate would never be looked at.
  expect(isThere && !isCandidate).toBe(false);
  return isThere;
}

test.each([
  ["garden", "We planted the GARDEN in May."],
  ["gard", "We planted the garden in May."],
  ["gardens", "We planted the garden in May."],
  ["garden may", "In May we went to the garden"],
  ["studies", "I have to study"],
  ["study", "two case studies"],
  ["running", "the run was long"],
  ["moving", "we move on"],
  ["deployments", "deploy it: a deployment"],
  ["go", "Go is a language"],
  ["x", "let x = 1"],
  ["uber", "Über den Wolken"],
  ["ÜBER", "u\u0308ber den Wolken"],
  ["hauser", "viele Häuser"],
  ["strasse", "Straße"],
  ["STRAẞE", "strasse"],
  ["cafe", "le Café"],
  ["smorrebrod", "Smørrebrød"],
  ["ｍｏｓａｉｃ", "mosaic"],
  ["οδοσ", "ΟΔΟΣ"],
  ["istanbul", "İstanbul"],
  ["елка", "Ёлка"],
  ["книги", "много книг"],
  ["כתב", "כָּתַב"],
  ["كتب", "كَتَبَ"],
  ["हिन्दी", "मैं हिन्दी बोलता हूँ"],
  ["don't", "Don’t panic"],
  ["2026-11-29", "on 2026-11-29, at noon"],
  ["SECRET_KEY", "set MOSAIC_SECRET_KEY first"],
  ["猫", "吾輩は猫である"],
  ["京都", "東京都に住む"],
  ["东京", "我住在东京。"],
  ["データ", "ﾃﾞｰﾀベース"],
  ["ガ", "ｶﾞラス"],
  ["สวัสดี", "เขาพูดว่าสวัสดีครับ"],
  ["서울", "나는 서울에서 삽니다"],
  ["서울에", "나는 서울에서 삽니다"],
  ["手机 iphone", "我的iPhone手机"],
  ["🦞", "the 🦞 said"],
  ["❤", "with ❤️"],
])("%j finds %j", async (query, text) => {
  expect(await finds(query, text)).toBe(true);
});

test.each([
  ["garden", "The gardai came"],
  ["garden may", "the garden in June"],
  ["go", "gopher"],
  ["international", "an intern"],
  ["都京", "東京都"],
  ["京東", "京 東"],
  ["hindi", "हिन्दी"],
  ["हिन्दी", "हनद"],
  ["!?", "!?"],
  ["  ", "anything"],
  ["%", "100 %"],
  ["gar*", "g a r d e n"],
])("%j does not find %j", async (query, text) => {
  expect(await finds(query, text)).toBe(false);
});

test("whatever is in a text is found by its own words, and marked where it is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), async (text) => {
      for (const piece of [...piecesOf(text)].slice(0, 5)) {
        const word = text.slice(piece.start, piece.end);
        const terms = termsOf(word);
        if (terms.length > 0) {
          expect(await finds(word, text)).toBe(true);
          const place = await placeOfAll(terms, text);
          expect(place).not.toBeNull();
          const { text: shown, marks } = snippet(text, place ?? { start: 0, end: 0 }, terms);
          expect(shown.length).toBeLessThanOrEqual(230);
          expect(marks.length).toBeGreaterThan(0);
          expect(marks.every(({ start, end }, index) => start < end && end <= shown.length && start >= (marks[index - 1]?.end ?? 0))).toBe(
            true,
          );
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("a snippet shows the place in one line, cut between words", () => {
  const text = `${"before ".repeat(40)}\n\tthe pelican\nflies\n${"after ".repeat(60)}`;
  const [term] = termsOf("pelican");
  const start = text.indexOf("pelican");
  const { text: shown, marks } = snippet(text, { start, end: start + 7 }, term === undefined ? [] : [term]);
  expect(shown).toMatch(/^…before .*the pelican flies after .*after…$/);
  expect(marks.map((mark) => shown.slice(mark.start, mark.end))).toEqual(["pelican"]);
});

test("marks are where the words are, also behind characters of two units", () => {
  const { text, marks } = marked("🦞🦞 Über 東京都", termsOf("uber 京都"));
  expect(marks.map(({ start, end }) => text.slice(start, end))).toEqual(["Über", "京都"]);
});

test("a text as long as they come has bounded tokens and lets others go on while it is read", async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  const words = Array.from({ length: 150_000 }, (_, index) => (index * 7919).toString(36)).join(" ");
  expect((await featuresOf(words)).size).toBe(mostTokens);
  expect((await featuresOf("the same words again ".repeat(50_000))).size).toBeLessThan(20);
  for (const hostile of [
    "a".repeat(1_000_000),
    "\u0301".repeat(1_000_000),
    "猫".repeat(1_000_000),
    "!".repeat(1_000_000),
    "\ud83e".repeat(1_000_000),
  ]) {
    expect((await featuresOf(hostile)).size).toBeLessThan(20);
    expect(await placeOfAll(termsOf("nothing"), hostile)).toBeNull();
  }
  clearInterval(timer);
  expect(turns).toBeGreaterThan(10);
});

test("tokens of two owners have nothing in common, and those of one are always the same", () => {
  const [one, other] = [createSecretKey(randomBytes(32)), createSecretKey(randomBytes(32))];
  expect(tokenOf(one, "garden")).toBe(tokenOf(one, "garden"));
  expect(tokenOf(one, "garden")).not.toBe(tokenOf(other, "garden"));
  expect(tokenOf(one, "garden")).toMatch(/^[\w-]{8}$/);
});
