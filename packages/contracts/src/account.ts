import { z } from "zod";
import { says } from "./field-faults.js";
import { language } from "./language.js";
import { checkPassword, enteredPassword, role, username } from "./identity.js";

export const displayName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\p{Cc}]*$/u, says.control_characters);

/** One's own account, as the profile page shows it. */
export const profile = z
  .object({
    id: z.uuid(),
    username: z.string(),
    displayName: z.string(),
    email: z.string().nullable(),
    role,
    isBreakglass: z.boolean(),
    /** `null`: as the browser says. */
    language: language.nullable().default(null),
    /** False for somebody who signs in with single sign-on only. */
    hasPassword: z.boolean(),
    /** Host names of the sign-in servers that this account is known at. */
    identities: z.array(z.object({ issuer: z.string() })),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "Profile" });
export type Profile = z.infer<typeof profile>;

export const updateProfile = z.strictObject({ displayName, language: language.nullable() }).partial().meta({ id: "UpdateProfile" });
export type UpdateProfile = z.infer<typeof updateProfile>;

/** Ends all other sessions. The rules that concern the user name are checked by the API, which knows it. */
export const changePassword = z
  .strictObject({
    currentPassword: enteredPassword,
    newPassword: enteredPassword,
    /** Whether access tokens are revoked too: whoever knew the former password may have made one. */
    endsTokens: z.boolean().default(true),
  })
  .superRefine((value, context) => checkPassword(value.newPassword, "", "newPassword", context))
  .meta({ id: "ChangePassword" });
export type ChangePassword = z.infer<typeof changePassword>;

export const sessionInfo = z
  .object({
    id: z.uuid(),
    /** In words: `Firefox on Linux`. */
    device: z.string(),
    address: z.string(),
    isCurrent: z.boolean(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: "SessionInfo" });
export type SessionInfo = z.infer<typeof sessionInfo>;

export const sessionList = z.object({ sessions: z.array(sessionInfo) }).meta({ id: "SessionList" });
export type SessionList = z.infer<typeof sessionList>;

/** `closed`: only admins' doing and single sign-on make accounts; `invite`: a code is needed; `open`: anybody. */
export const signUpMode = z.enum(["closed", "invite", "open"]);
export type SignUpMode = z.infer<typeof signUpMode>;

/** What the login page offers; open to everybody, so it says nothing else. A password form is always offered. */
export const signInOptions = z
  .object({ signUp: signUpMode, oidc: z.object({ label: z.string() }).nullable() })
  .meta({ id: "SignInOptions" });
export type SignInOptions = z.infer<typeof signInOptions>;

export const inviteCode = z
  .string()
  .trim()
  .min(8)
  .max(100)
  .regex(/^[A-Za-z0-9_-]+$/, says.invite_code);

export const signUp = z
  .strictObject({ username, displayName: displayName.optional(), password: enteredPassword, inviteCode: inviteCode.optional() })
  .superRefine((value, context) => checkPassword(value.password, value.username, "password", context))
  .meta({ id: "SignUp" });
export type SignUp = z.infer<typeof signUp>;
