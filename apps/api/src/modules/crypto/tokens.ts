import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits, safe in a header, a cookie and an address. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** What is stored of a token that we only check. Tokens are random, so no salt is needed, and an index finds the hash. */
export function hashToken(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(token).digest());
}

export function keyedToken(key: Buffer, purpose: string): string {
  return createHmac("sha256", key).update(purpose).digest("base64url");
}

/** Compares in constant time; both sides are hashed first, so lengths may differ. */
export function isSameToken(left: string, right: string): boolean {
  return timingSafeEqual(hashToken(left), hashToken(right));
}
