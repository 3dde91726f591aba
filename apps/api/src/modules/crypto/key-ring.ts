import { z } from "zod";
import { seal, sealKey, SealError, unseal, type SealKey } from "./sealed-box.js";

/**
 * A rotation of the secret key under way, as it is stored: each key sealed under the other, so that whoever has one has both.
 * `announced`: every process learns to open with the new key. `sealing`: every process seals with it.
 */
export const storedRing = z.strictObject({
  from: z.string(),
  to: z.string(),
  phase: z.enum(["announced", "sealing"]),
  toUnderFrom: z.string(),
  fromUnderTo: z.string(),
});
export type StoredRing = z.infer<typeof storedRing>;

const context = { owner: "system", field: "system_config.value:crypto.key_ring" };

export function makeRing(fromSecret: string, toSecret: string): StoredRing {
  const [from, to] = [sealKey(fromSecret), sealKey(toSecret)];
  return {
    from: from.id,
    to: to.id,
    phase: "announced",
    toUnderFrom: seal(from, toSecret, context),
    fromUnderTo: seal(to, fromSecret, context),
  };
}

export interface OpenRing {
  readonly from: SealKey;
  readonly to: SealKey;
}

/** Both keys, for whoever has one of them. Throws `SealError` for a third. */
export function openRing(ring: StoredRing, own: SealKey): OpenRing {
  if (own.id === ring.from) {
    return { from: own, to: sealKey(unseal(own, ring.toUnderFrom, context)) };
  }
  if (own.id === ring.to) {
    return { from: sealKey(unseal(own, ring.fromUnderTo, context)), to: own };
  }
  throw new SealError("sealed with another key");
}
