import { z } from "zod";
import { signUpMode } from "./account.js";
import { role } from "./identity.js";
import { beyondReach, boundedCount, isWithinReach, pageFields, searchText } from "./paging.js";

export const userListQuery = z
  .strictObject({ ...pageFields, search: searchText.optional(), role: role.optional(), status: z.enum(["active", "disabled"]).optional() })
  .refine(isWithinReach, beyondReach)
  .meta({ id: "UserListQuery" });
export type UserListQuery = z.infer<typeof userListQuery>;

export const managedUser = z
  .object({
    id: z.uuid(),
    username: z.string(),
    displayName: z.string(),
    email: z.string().nullable(),
    role,
    isBreakglass: z.boolean(),
    isDisabled: z.boolean(),
    signsInWith: z.array(z.enum(["password", "oidc"])),
    agentCount: z.int(),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "ManagedUser" });
export type ManagedUser = z.infer<typeof managedUser>;

export const managedUserPage = z.object({ users: z.array(managedUser), total: boundedCount }).meta({ id: "ManagedUserPage" });
export type ManagedUserPage = z.infer<typeof managedUserPage>;

export const updateUser = z.strictObject({ role, isDisabled: z.boolean() }).partial().meta({ id: "UpdateUser" });
export type UpdateUser = z.infer<typeof updateUser>;

/** What deleting a user takes with it: counts only. */
export const userDeletionSummary = z
  .object({ agents: z.int(), conversations: z.int(), providers: z.int(), tokens: z.int(), sharedProviders: z.int() })
  .meta({ id: "UserDeletionSummary" });
export type UserDeletionSummary = z.infer<typeof userDeletionSummary>;

export const createInvite = z
  .strictObject({
    role: role.default("member"),
    maxUses: z.int().min(1).max(1000).default(1),
    expiresInHours: z
      .int()
      .min(1)
      .max(24 * 365)
      .default(24 * 7),
    note: z.string().trim().max(200).default(""),
  })
  .meta({ id: "CreateInvite" });
export type CreateInvite = z.infer<typeof createInvite>;

export const invite = z
  .object({
    id: z.uuid(),
    hint: z.string(),
    note: z.string(),
    role,
    maxUses: z.int(),
    uses: z.int(),
    status: z.enum(["open", "used_up", "expired", "revoked"]),
    createdByName: z.string().nullable(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: "Invite" });
export type Invite = z.infer<typeof invite>;

export const inviteList = z.object({ invites: z.array(invite) }).meta({ id: "InviteList" });
export type InviteList = z.infer<typeof inviteList>;

/** The one answer that holds the code. The page makes the link of it: `/sign-up#invite=<code>`, in the fragment, which no server sees. */
export const createdInvite = z.object({ ...invite.shape, code: z.string() }).meta({ id: "CreatedInvite" });
export type CreatedInvite = z.infer<typeof createdInvite>;

export const signUpSettings = z.strictObject({ mode: signUpMode }).meta({ id: "SignUpSettings" });
export type SignUpSettings = z.infer<typeof signUpSettings>;
