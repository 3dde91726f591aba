import { z } from "zod";
import { says } from "./field-faults.js";

/**
 * What a program's token may do with its owner's things. `chat`: talk to agents; `read`: look; `manage`: change agents, providers and models.
 * None includes another. Sign-in, tokens and everything of admins need a browser.
 */
export const tokenScope = z.enum(["chat", "read", "manage"]);
export type TokenScope = z.infer<typeof tokenScope>;

/** What a token begins with, so that scanners for leaked secrets know it. */
export const tokenPrefix = "mosaic_";

export const maxTokenDays = 3650;

export const createAccessToken = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    scopes: z
      .array(tokenScope)
      .min(1, says.choose_scope)
      .max(3)
      .refine((scopes) => new Set(scopes).size === scopes.length, says.once_each),
    /** `null` = never expires. */
    expiresInDays: z.int().min(1).max(maxTokenDays).nullable(),
    /** Whether conversations that a program has with it are in its owner's lists. Only for `chat`. */
    showsConversations: z.boolean().default(true),
    /** Whether the agent's model answers its chat requests, without the agent and its memory. Only for `chat`. */
    usesPlainModel: z.boolean().default(false),
  })
  .meta({ id: "CreateAccessToken" });
export type CreateAccessToken = z.infer<typeof createAccessToken>;

export const accessToken = z
  .object({
    id: z.uuid(),
    name: z.string(),
    /** The last four characters. */
    hint: z.string(),
    scopes: z.array(tokenScope),
    showsConversations: z.boolean(),
    usesPlainModel: z.boolean(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
    lastUsedAddress: z.string().nullable(),
  })
  .meta({ id: "AccessToken" });
export type AccessToken = z.infer<typeof accessToken>;

export const accessTokenList = z.object({ tokens: z.array(accessToken) }).meta({ id: "AccessTokenList" });
export type AccessTokenList = z.infer<typeof accessTokenList>;

/** The one answer that holds the token itself. */
export const createdAccessToken = z.object({ ...accessToken.shape, token: z.string() }).meta({ id: "CreatedAccessToken" });
export type CreatedAccessToken = z.infer<typeof createdAccessToken>;
