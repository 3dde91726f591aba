import { z } from "zod";
import { says } from "./field-faults.js";
import { role } from "./identity.js";

export const issuerUrl = z
  .url({ protocol: /^https?$/, error: says.address_https, abort: true })
  .max(500)
  .refine((value) => URL.canParse(value) && new URL(value).search === "" && new URL(value).hash === "", says.address_query)
  .refine((value) => URL.canParse(value) && new URL(value).username === "" && new URL(value).password === "", says.address_user);

const headerSafe = /^[\x21-\x7e]+$/;

export const emailDomain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, says.domain);

/** A claim's value that decides the role: `groups` contains `mosaic-admins`. `claim` may be a dotted path (`realm_access.roles`). */
export const roleMapping = z.strictObject({ claim: z.string().trim().min(1).max(200), value: z.string().trim().min(1).max(200), role });
export type RoleMapping = z.infer<typeof roleMapping>;

const oidcFields = {
  isEnabled: z.boolean(),
  label: z.string().trim().min(1).max(60),
  issuer: issuerUrl,
  clientId: z.string().trim().min(1).max(500).regex(headerSafe, says.header_safe),
  /** Absent: the stored one stays. `null`: a public client without one. A changed issuer needs it again. */
  clientSecret: z.string().trim().min(1).max(2000).regex(headerSafe, says.header_safe).nullish(),
  scopes: z
    .array(
      z
        .string()
        .trim()
        .min(1)
        .max(100)
        .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, says.no_spaces_or_quotes),
    )
    .min(1)
    .max(20)
    .refine((scopes) => scopes.includes("openid"), says.openid_needed),
  /** Empty: any. Exact: `example.org` does not let `mail.example.org` in. */
  allowedEmailDomains: z.array(emailDomain).max(50),
  /** Whether somebody unknown gets an account at their first sign-in. */
  autoCreate: z.boolean(),
  /** The first that holds decides at each sign-in; without any that holds, somebody new is a member and a known user keeps their role. */
  roleMappings: z.array(roleMapping).max(20),
};

export const saveOidc = z.strictObject(oidcFields).meta({ id: "SaveOidc" });
export type SaveOidc = z.infer<typeof saveOidc>;

/** `too_many_groups`: the token points elsewhere instead of naming them. `no_userinfo`: the userinfo endpoint failed. */
export const untoldRole = z.enum(["too_many_groups", "no_userinfo"]);

export const oidcSettings = z
  .object({
    isConfigured: z.boolean(),
    isEnabled: z.boolean(),
    label: z.string(),
    issuer: z.string(),
    clientId: z.string(),
    hasClientSecret: z.boolean(),
    scopes: z.array(z.string()),
    allowedEmailDomains: z.array(z.string()),
    autoCreate: z.boolean(),
    roleMappings: z.array(roleMapping),
    /** What to register at the sign-in server. */
    redirectUri: z.string(),
    /** Whose role the sign-in server left open of late, and what it did not tell; `null`: nobody's. */
    rolesNotTold: z.object({ people: z.int(), days: z.int(), claim: z.string(), why: untoldRole }).nullable(),
  })
  .meta({ id: "OidcSettings" });
export type OidcSettings = z.infer<typeof oidcSettings>;

/** With a client id, the server is asked whether it accepts the client, too. A secret that is absent is the stored one, if it is this issuer's. */
export const testOidc = z
  .strictObject({ issuer: issuerUrl, clientId: oidcFields.clientId.optional(), clientSecret: oidcFields.clientSecret })
  .meta({ id: "TestOidc" });
export type TestOidc = z.infer<typeof testOidc>;

export const oidcTestOutcome = z.enum([
  "ok",
  "address_refused",
  "unknown_host",
  "refused",
  "timeout",
  "tls",
  "not_oidc",
  "issuer_mismatch",
  "unsupported",
  "server_error",
  "client_refused",
]);

export const oidcTestResult = z
  .object({ outcome: oidcTestOutcome, message: z.string(), warnings: z.array(z.string()) })
  .meta({ id: "OidcTestResult" });
export type OidcTestResult = z.infer<typeof oidcTestResult>;

/** Why the browser comes back to `/login?problem=…`: one of these, never text of the sign-in server. */
export const oidcProblem = z.enum([
  "oidc_unavailable",
  "oidc_server_error",
  "oidc_client_refused",
  "oidc_clock_skew",
  "oidc_misconfigured",
  "oidc_refused",
  "oidc_expired",
  "oidc_invalid",
  "oidc_not_allowed",
  "oidc_no_account",
  "oidc_disabled_account",
]);
export type OidcProblem = z.infer<typeof oidcProblem>;
