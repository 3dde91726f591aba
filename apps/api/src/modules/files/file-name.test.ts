import { expect, test } from "vitest";
import { fileNameOf } from "./file-name.js";

test.each([
  ["report.pdf", "report.pdf"],
  ["Übersicht 2026.txt", "Übersicht 2026.txt"],
  ["U\u0308bersicht.txt", "Übersicht.txt"],
  ["../../etc/passwd", "passwd"],
  ["..\\..\\windows\\system.ini", "system.ini"],
  ["/", "file"],
  ["..", "file"],
  ["", "file"],
  [" . ", "file"],
  [".bashrc", "bashrc"],
  ["trailing. . ", "trailing"],
  ["CON", "_CON"],
  ["nul.txt", "_nul.txt"],
  ["Com1.tar.gz", "_Com1.tar.gz"],
  ["console.log", "console.log"],
  ["photo\u202egnp.exe", "photognp.exe"],
  ["a\u0000b\nc\r.txt", "abc.txt"],
  ["zero\u200bwidth.md", "zerowidth.md"],
  ["line\u2028break.txt", "line break.txt"],
  ['what<>:"|?*.txt', "what_______.txt"],
  ["\ud800.txt", "_.txt"],
  ["👩‍💻.png", "👩‍💻.png"],
])("%j becomes %j", (given, name) => {
  expect(fileNameOf(given)).toBe(name);
});

test.each(["a", "ä", "漢", "👩"])("a name of 300 × %s fits into a file system, and keeps its ending", (letter) => {
  const name = fileNameOf(`${letter.repeat(300)}.pdf`);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
  expect(Array.from(name).length).toBeLessThanOrEqual(120);
  expect(name).toMatch(new RegExp(`^${letter}+\\.pdf$`, "u"));
});

test("an ending without an end is no ending", () => {
  expect(fileNameOf(`a.${"b".repeat(300)}`)).toHaveLength(120);
});
