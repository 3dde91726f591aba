import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { fileKey, inPieces, newFileKey, openPiece, pieceBytes, pieceCount, sealPiece } from "./sealed-pieces.js";

const key = fileKey(newFileKey());
const place = { userId: "u", fileId: "f", seq: 3, isLast: false };

test("a piece opens where it belongs, and nowhere else", () => {
  const sealed = sealPiece(key, Buffer.from("secret"), place);
  expect(openPiece(key, sealed, place).toString()).toBe("secret");
  expect(sealed.includes("secret")).toBe(false);
  for (const elsewhere of [{ userId: "v" }, { fileId: "g" }, { seq: 4 }, { isLast: true }]) {
    expect(() => openPiece(key, sealed, { ...place, ...elsewhere })).toThrow("belongs elsewhere");
  }
  expect(() => openPiece(fileKey(newFileKey()), sealed, place)).toThrow("belongs elsewhere");
  expect(() => openPiece(key, sealed.subarray(0, 20), place)).toThrow("cut short");
  sealed[20] = (sealed[20] ?? 0) ^ 1;
  expect(() => openPiece(key, sealed, place)).toThrow("altered");
});

test.each([1, pieceBytes - 1, pieceBytes, pieceBytes + 1, 2 * pieceBytes, 2 * pieceBytes + 7])(
  "%i bytes come in whole pieces",
  async (size) => {
    const content = randomBytes(size);
    const chunks = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < size; at += 70_001) yield content.subarray(at, at + 70_001);
    };
    const pieces: Buffer[] = [];
    for await (const { plain, isLast } of inPieces(chunks())) {
      pieces.push(plain);
      expect(isLast).toBe(pieces.length === pieceCount(size));
    }
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
    expect(pieces.slice(0, -1).every((piece) => piece.length === pieceBytes)).toBe(true);
  },
);
