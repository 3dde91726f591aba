import { expect, test } from "vitest";
import { KindReader } from "./file-kind.js";

function kindOf(content: Buffer | string, pieceBytes = 1_000): string {
  const bytes = Buffer.from(content as string, "utf8");
  const reader = new KindReader();
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.read(bytes.subarray(at, at + pieceBytes));
  }
  return reader.kind();
}

const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

test.each([
  ["a PNG", png, "image/png"],
  ["a JPEG", Buffer.from("ffd8ffe000104a464946", "hex"), "image/jpeg"],
  ["a GIF", "GIF89a\u0001\u0000", "image/gif"],
  ["a WebP", Buffer.from("524946461a000000574542505650384c", "hex"), "image/webp"],
  ["a PDF", "%PDF-1.7\n%âãÏÓ", "application/pdf"],
  ["text", "Grüße\n\tan alle 漢字 👋", "text/plain"],
  ["an SVG with a script", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "text/plain"],
  ["HTML, whatever its name", "<!doctype html><script>alert(1)</script>", "text/plain"],
  ["a GIF that is a script too", "GIF89a=1;alert(1)//", "image/gif"],
  ["a PDF after something else", "x%PDF-1.7", "text/plain"],
  ["a zip", Buffer.from("504b03041400000008", "hex"), "application/octet-stream"],
  ["text with a NUL", "a\u0000b", "application/octet-stream"],
  ["Latin-1", Buffer.from("Gr\u00fc\u00dfe", "latin1"), "application/octet-stream"],
  ["text that ends in the middle of a letter", Buffer.from([0x61, 0xc3]), "application/octet-stream"],
])("%s", (_what, content, kind) => {
  expect(kindOf(content)).toBe(kind);
  expect(kindOf(content, 1)).toBe(kind);
});

test("what is not text only near its end is not text", () => {
  expect(kindOf(`${"a".repeat(100_000)}\u0001`)).toBe("application/octet-stream");
});
