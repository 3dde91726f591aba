import { roleMapping } from "@mosaic/contracts/oidc";
import { z } from "zod";

/** The configuration of single sign-on as it is stored: one sealed setting, so that it is always read as a whole. */
export const storedOidc = z.object({
  /** Changes with whatever a sign-in under way depends on. */
  version: z.string(),
  isEnabled: z.boolean(),
  label: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  clientSecret: z.string().nullable(),
  scopes: z.array(z.string()),
  allowedEmailDomains: z.array(z.string()),
  autoCreate: z.boolean(),
  roleMappings: z.array(roleMapping),
  /** Where people's browsers reach Mosaic: the origin of the page in which an admin saved this. */
  publicUrl: z.string(),
});
export type StoredOidc = z.infer<typeof storedOidc>;
