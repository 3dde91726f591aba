import type { PushMessage, PushSubscriptionKeys } from "@mosaic/contracts/push";
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
