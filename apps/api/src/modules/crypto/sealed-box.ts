import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync, randomBytes, type KeyObject } from "node:crypto";

const ivBytes = 12;
const tagBytes = 16;
const prefix = "enc:";

/** A value is bound to where it belongs: moved to another row or field, it does not open. */
export interface SealContext {
  /** Whose it is: a user's id, or `system`. */
  readonly owner: string;
  /** `table.column:row id`. */
  readonly field: string;
}

export class SealError extends Error {}

/** An AES-256 key made of the operator's secret by HKDF-SHA256, with the short id that sealed values carry. */
export interface SealKey {
  readonly id: string;
  /** Not its bytes, which Node would take in anew for every value: a list of conversations opens hundreds, and that is most of their time. */
  readonly secret: KeyObject;
}

export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "mosaic", purpose, 32));
}

export function sealKey(secret: string): SealKey {
  const bytes = deriveKey(secret, "seal-v1");
  return { id: createHash("sha256").update("mosaic key id").update(bytes).digest("hex").slice(0, 8), secret: createSecretKey(bytes) };
}

/** `enc:` key id `:` base64(iv ‖ ciphertext ‖ tag), AES-256-GCM with the context as associated data. */
export function seal(key: SealKey, plain: string, context: SealContext): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", key.secret, iv);
  cipher.setAAD(associatedData(context));
  const sealed = Buffer.concat([iv, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${prefix}${key.id}:${sealed.toString("base64")}`;
}

/** Which key a value was sealed with; empty if it is no sealed value. */
export function keyIdOf(value: string): string {
  return /^enc:([0-9a-f]{8}):/.exec(value)?.[1] ?? "";
}

/** Opens what `seal` made. Throws `SealError` for another key, another context, or anything altered. */
export function unseal(key: SealKey, value: string, context: SealContext): string {
  const match = /^enc:([0-9a-f]{8}):([A-Za-z0-9+/]+=*)$/.exec(value);
  if (match === null) {
    throw new SealError("not a sealed value");
  }
  if (match[1] !== key.id) {
    throw new SealError("sealed with another key");
  }
  const bytes = Buffer.from(match[2] ?? "", "base64");
  if (bytes.length < ivBytes + tagBytes) {
    throw new SealError("a sealed value is cut short");
  }
  const decipher = createDecipheriv("aes-256-gcm", key.secret, bytes.subarray(0, ivBytes));
  decipher.setAAD(associatedData(context));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes, bytes.length - tagBytes)), decipher.final()]).toString("utf8");
  } catch (error) {
    throw new SealError("a sealed value was altered or belongs elsewhere", { cause: error });
  }
}

/** Lengths go first, so that no two contexts are the same bytes. */
function associatedData({ owner, field }: SealContext): Buffer {
  return Buffer.from(`${owner.length}:${owner}|${field.length}:${field}`, "utf8");
}
