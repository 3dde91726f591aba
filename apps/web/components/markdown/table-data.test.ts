import { expect, test } from "vitest";
import { csvOf, tabSeparated } from "@/components/markdown/table-data";

test("CSV is quoted as RFC 4180 says, and marked as UTF-8", () => {
  expect(
    csvOf([
      ["Name", 'He said "no"'],
      ["a, b", "two\nlines"],
      ["ü", ""],
    ]),
  ).toBe('\uFEFFName,"He said ""no"""\r\n"a, b","two\nlines"\r\nü,\r\n');
});

test.each([
  ["=1+1", "'=1+1"],
  ["+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"],
  ["-1+1", "'-1+1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\tx", "'\tx"],
  ["-12.5", "-12.5"],
  ["+3 %", "+3 %"],
  ["plain", "plain"],
])("a cell with %j is %j for a spreadsheet", (cell, expected) => {
  expect(csvOf([[cell]])).toBe(`\uFEFF${expected}\r\n`);
});

test("a formula is quoted and guarded at once", () => {
  expect(csvOf([['=HYPERLINK("https://evil.example","x")']])).toBe(`\uFEFF"'=HYPERLINK(""https://evil.example"",""x"")"\r\n`);
});

test("the clipboard gets rows and cells, and formulas as text", () => {
  expect(
    tabSeparated([
      ["a", "b\tc"],
      ["=1", "d\ne"],
    ]),
  ).toBe("a\tb c\n'=1\td e");
});
