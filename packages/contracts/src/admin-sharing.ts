import { z } from "zod";
import { modelDefault } from "./model-defaults.js";
import { providerKind, providerModel } from "./provider.js";

/** A provider that could be or is shared: the caller's own, and those that other admins share. Never a key. */
export const sharableProvider = z.object({
  id: z.uuid(),
  kind: providerKind,
  name: z.string(),
  models: z.array(providerModel),
  isActive: z.boolean(),
  isShared: z.boolean(),
  isOwn: z.boolean(),
  ownerName: z.string(),
  /** How many agents of others use it now. */
  usedByAgents: z.int(),
});
export type SharableProvider = z.infer<typeof sharableProvider>;

export const sharing = z.object({ providers: z.array(sharableProvider), defaults: z.array(modelDefault) }).meta({ id: "Sharing" });
export type Sharing = z.infer<typeof sharing>;

/** Sharing is for one's own provider only; any admin may end it. */
export const updateSharing = z.strictObject({ isShared: z.boolean() }).meta({ id: "UpdateSharing" });
export type UpdateSharing = z.infer<typeof updateSharing>;

/** Whether people may add the demo model, and agents may call it. */
export const demoModelSettings = z.strictObject({ isOn: z.boolean() }).meta({ id: "DemoModelSettings" });
export type DemoModelSettings = z.infer<typeof demoModelSettings>;

/** Hosts, addresses and ranges beyond the public internet that Mosaic may call for its users: `ollama.home`, `192.168.1.20:11434`, `10.0.0.0/8`. */
export const outboundSettings = z
  .strictObject({ allowedAddresses: z.array(z.string().trim().min(1).max(300)).max(200) })
  .meta({ id: "OutboundSettings" });
export type OutboundSettings = z.infer<typeof outboundSettings>;
