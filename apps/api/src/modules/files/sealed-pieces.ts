import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import { SealError, type SealContext } from "../crypto/sealed-box.js";

/** Of plain content. No process holds more than a few of one file. */
export const pieceBytes = 256 * 1024;

const ivBytes = 12;
const tagBytes = 16;

export const fileNameContext = (userId: string, id: string): SealContext => ({ owner: userId, field: `files.name_encrypted:${id}` });
export const sourceMarkContext = (userId: string): SealContext => ({ owner: userId, field: "files.source_mark" });
export const fileKeyContext = (userId: string, id: string): SealContext => ({ owner: userId, field: `files.key_encrypted:${id}` });

/** Where a piece belongs. `isLast`: a file that lost its end does not open as a shorter one. */
interface PiecePlace {
  readonly userId: string;
  readonly fileId: string;
  readonly seq: number;
  readonly isLast: boolean;
}

/** A key for one file, as it is sealed: the rotation of the secret key seals it anew, and no piece. */
export function newFileKey(): string {
  return randomBytes(32).toString("base64");
}

export function fileKey(key: string): KeyObject {
  return createSecretKey(Buffer.from(key, "base64"));
}

/** iv ‖ ciphertext ‖ tag of AES-256-GCM, with its place as associated data. */
export function sealPiece(key: KeyObject, plain: Buffer, place: PiecePlace): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  cipher.setAAD(associatedData(place));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws `SealError` for another key, another place, or anything altered. */
export function openPiece(key: KeyObject, sealed: Buffer, place: PiecePlace): Buffer {
  if (sealed.length < ivBytes + tagBytes) {
    throw new SealError("a piece of a file is cut short");
  }
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, ivBytes));
  decipher.setAAD(associatedData(place));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes, sealed.length - tagBytes)), decipher.final()]);
  } catch (error) {
    throw new SealError("a piece of a file was altered or belongs elsewhere", { cause: error });
  }
}

export function pieceCount(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / pieceBytes));
}

/** Content in pieces of `pieceBytes`, the last one of what is left, however it came. */
export async function* inPieces(content: AsyncIterable<Buffer>): AsyncGenerator<{ readonly plain: Buffer; readonly isLast: boolean }> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  for await (const chunk of content) {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    while (waitingBytes > pieceBytes) {
      const all = Buffer.concat(waiting);
      yield { plain: all.subarray(0, pieceBytes), isLast: false };
      waiting = [all.subarray(pieceBytes)];
      waitingBytes = all.length - pieceBytes;
    }
  }
  yield { plain: Buffer.concat(waiting), isLast: true };
}

/** Ids have one length, so no two places are the same bytes. */
function associatedData({ userId, fileId, seq, isLast }: PiecePlace): Buffer {
  return Buffer.from(`file_pieces.payload|${userId}|${fileId}|${seq}|${isLast ? "last" : "more"}`, "utf8");
}
