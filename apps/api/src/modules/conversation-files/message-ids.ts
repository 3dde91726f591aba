/** Of the 74 bits of a UUIDv7 that are not its time, those that count. */
const countBits = 12n;

/**
 * UUIDv7s in a row, each larger than the one before: the order of messages is that of their ids. They begin before `nowMs`, so that what is said next comes
 * after them. `random`: 8 bytes.
 */
export function* idsInOrder(nowMs: number, maxCount: number, random: () => Uint8Array): Generator<string, never> {
  const firstMs = BigInt(nowMs) - (BigInt(maxCount) >> countBits) - 1n;
  for (let count = 0n; ; count += 1n) {
    const time = (firstMs + (count >> countBits)).toString(16).padStart(12, "0");
    const place = (count & ((1n << countBits) - 1n)).toString(16).padStart(3, "0");
    const end = Buffer.from(random()).toString("hex");
    const variant = (8 + (Number.parseInt(end[0] ?? "0", 16) & 3)).toString(16);
    yield `${time.slice(0, 8)}-${time.slice(8)}-7${place}-${variant}${end.slice(1, 4)}-${end.slice(4, 16)}`;
  }
}
