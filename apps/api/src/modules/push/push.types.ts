import type { PushMessage, PushSubscriptionKeys } from "@mosaic/contracts/push";
import { Prisma } from "../../generated/prisma/client.js";
import type { SealContext } from "../crypto/sealed-box.js";

export const subscriptionContext = (userId: string, deviceId: string): SealContext => ({
  owner: userId,
  field: `push_devices.subscription_encrypted:${deviceId}`,
});

/** What is sealed of a device. */
export interface KeptSubscription extends PushSubscriptionKeys {
  /** Where Mosaic was when the browser subscribed: push services want to know who pushes. `null`: not by https. */
  readonly origin: string | null;
}

/**
 * For the statement that makes a message of an agent final, so that its owner's devices are told whatever becomes of this process: `rows` has
 * one row for it, if there is anything to tell.
 */
export function pushing({ userId, messageId }: { readonly userId: string; readonly messageId: string }, rows: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO push_deliveries (message_id, device_id, user_id)
    SELECT ${messageId}::uuid, d.id, d.user_id FROM push_devices d WHERE d.user_id = ${userId}::uuid AND EXISTS (${rows})
    ON CONFLICT DO NOTHING`;
}

export interface Pushed {
  readonly userId: string;
  readonly subscription: KeptSubscription;
  readonly message: PushMessage;
}

/** What became of a push. `gone`: the browser has given the address up. `refused`: this one never arrives. `later`: the next attempt may. */
export type PushOutcome =
  | { readonly kind: "sent" }
  | { readonly kind: "gone" }
  | { readonly kind: "refused" | "later"; readonly words: string; readonly retryAfterMs: number };
