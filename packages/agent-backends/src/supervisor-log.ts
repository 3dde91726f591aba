import { createHmac, timingSafeEqual } from "node:crypto";

const signedLine = /^(\{"mosaic":"[^\n]{1,3000}),"mac":"([\w-]{43})"\}$/;
const timeOf = /,"at":(\d{1,15})\}$/;

/** Stands before every line that Mosaic's supervisor did not sign. */
export const unsignedMark = "[unsigned] ";

/**
 * An agent with a shell can write into the log of its own container whatever it likes. Lines that its supervisor signed with the container's
 * token begin with their time; all others are marked: also a signed one that is there a second time, and those of an earlier start, whose token
 * is gone.
 */
export function markOrigins(lines: readonly string[], containerToken: string): string[] {
  const key = createHmac("sha256", containerToken).update("mosaic-log").digest();
  let lastAt = 0;
  return lines.map((line) => {
    const text = verified(line, key);
    const at = Number(text === null ? 0 : timeOf.exec(text)?.[1]);
    if (text === null || !(at > lastAt)) {
      return `${unsignedMark}${line}`;
    }
    lastAt = at;
    return `${new Date(at).toISOString()} ${text.replace(timeOf, "}")}`;
  });
}

function verified(line: string, key: Buffer): string | null {
  const [, text, mac] = signedLine.exec(line) ?? [];
  if (text === undefined || mac === undefined) {
    return null;
  }
  const whole = `${text}}`;
  const expected = createHmac("sha256", key).update(whole).digest();
  const shown = Buffer.from(mac, "base64url");
  return shown.length === expected.length && timingSafeEqual(shown, expected) ? whole : null;
}
