import { z } from "zod";
import { language } from "./language.js";

const base64url = (characters: number) =>
  z
    .string()
    .length(characters)
    .regex(/^[\w-]*$/, "Not base64url");

/** As `PushSubscription.toJSON()` gives it: where the browser's maker takes what is pushed, and the keys that only this browser has. */
export const pushSubscription = z.strictObject({
  endpoint: z.url({ protocol: /^https$/ }).max(1000),
  keys: z.strictObject({ p256dh: base64url(87), auth: base64url(22) }),
});
export type PushSubscriptionKeys = z.infer<typeof pushSubscription>;

export const savePushDevice = z
  .strictObject({
    subscription: pushSubscription,
    /** Whether what is pushed has the beginning of the answer. */
    showsText: z.boolean(),
  })
  .meta({ id: "SavePushDevice" });
export type SavePushDevice = z.infer<typeof savePushDevice>;

/** What a page that is in view answers to `push_due`. */
export const pushSeen = z.strictObject({ messageId: z.uuid() }).meta({ id: "PushSeen" });
export type PushSeen = z.infer<typeof pushSeen>;

/** A browser in which somebody is signed in and wants to be told. */
export const pushDevice = z
  .object({
    id: z.uuid(),
    /** In words: `Firefox on Linux`. */
    device: z.string(),
    isCurrent: z.boolean(),
    showsText: z.boolean(),
    /** Why the last push did not arrive, in words. */
    fault: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "PushDevice" });
export type PushDevice = z.infer<typeof pushDevice>;

export const pushSettings = z
  .object({
    /** Mosaic's own, which a browser subscribes with. */
    publicKey: z.string(),
    devices: z.array(pushDevice),
  })
  .meta({ id: "PushSettings" });
export type PushSettings = z.infer<typeof pushSettings>;

export const pushTest = z
  .object({
    isSent: z.boolean(),
    /** Why not, in words. */
    detail: z.string().nullable(),
  })
  .meta({ id: "PushTest" });
export type PushTest = z.infer<typeof pushTest>;

/** What a device is sent, encrypted for it alone. The words are the service worker's. */
export const pushMessage = z.strictObject({
  /** `spoke`: without being asked. `test`: somebody tries it out. */
  kind: z.enum(["answered", "failed", "spoke", "test"]),
  agent: z.string(),
  conversationId: z.uuid().nullable(),
  /** The beginning of what was said, if the device wants that. */
  text: z.string().nullable(),
  /** That the device's owner has chosen. `null`: the browser's. */
  language: language.nullable(),
});
export type PushMessage = z.infer<typeof pushMessage>;
