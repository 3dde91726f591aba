import type { Role } from "@mosaic/contracts/identity";
import type { RoleMapping } from "@mosaic/contracts/oidc";

export type Claims = Readonly<Record<string, unknown>>;

const maxEmailLength = 254;
const maxDisplayNameLength = 80;
const shortestName = 3;
const longestName = 32;
/** Room for the number that makes a name unique. */
const longestBase = 27;

/** Why the sign-in server left a claim open. Not told is not "no". */
export type Untold = "too_many_groups" | "no_userinfo";

export type RoleDecision =
  /** `null` keeps what an admin has set here. */
  | { readonly kind: "told"; readonly role: Role | null }
  /** Whoever has a role keeps it. */
  | { readonly kind: "untold"; readonly claim: string; readonly why: Untold };

/** What a sign-in server says of somebody: in the ID token, which is signed, and at its userinfo endpoint. A claim that is `null` is none. */
export function mergeClaims(idTokenAsTold: Claims, userInfoAsTold: Claims): Claims {
  const [idToken, userInfo] = [idTokenAsTold, userInfoAsTold].map(withoutNulls) as [Claims, Claims];
  // An address and whether it is verified are one statement: never one from here and one from there.
  const email = "email" in idToken ? {} : { email: userInfo["email"], email_verified: userInfo["email_verified"] };
  return { ...userInfo, email_verified: undefined, ...idToken, ...email };
}

/** The e-mail address, if the sign-in server vouches for it. Some servers write the truth as a string. */
export function verifiedEmail(claims: Claims): string | null {
  const { email, email_verified: isVerified } = claims;
  if (typeof email !== "string" || (isVerified !== true && isVerified !== "true")) {
    return null;
  }
  const address = email.trim().toLowerCase();
  return address.length <= maxEmailLength && address.isWellFormed() && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(address) ? address : null;
}

/** No list: anybody. Else only a verified address at exactly one of the domains. */
export function isDomainAllowed(email: string | null, domains: readonly string[]): boolean {
  return domains.length === 0 || (email !== null && domains.includes(email.slice(email.lastIndexOf("@") + 1)));
}

/**
 * The role of the first mapping that holds. If none does and one makes admins, a member: whoever leaves the group is no admin any more.
 * Keeps what an admin has set here where no mapping makes admins. A claim that the server left open decides nothing, and neither does what
 * comes after it, unless that leads to the same role.
 */
export function decideRole(claims: Claims, mappings: readonly RoleMapping[], hasUserInfoFailed: boolean): RoleDecision {
  const open: { claim: string; why: Untold; role: Role }[] = [];
  for (const { claim, value, role } of mappings) {
    const told = claimAt(claims, claim);
    const why = told === undefined || told === null ? untold(claims, claim, hasUserInfoFailed) : null;
    if (why !== null) {
      open.push({ claim, why, role });
    } else if (holds(told, value)) {
      const other = open.find((mapping) => mapping.role !== role);
      return other === undefined ? { kind: "told", role } : { kind: "untold", claim: other.claim, why: other.why };
    }
  }
  const [first] = open;
  if (first !== undefined) {
    return { kind: "untold", claim: first.claim, why: first.why };
  }
  return { kind: "told", role: mappings.some(({ role }) => role === "admin") ? "member" : null };
}

/**
 * Microsoft Entra names no groups where somebody is in more than about 200 of them: the token then points to another place (a distributed
 * claim of OpenID Connect), or says `hasgroups`.
 */
function untold(claims: Claims, path: string, hasUserInfoFailed: boolean): Untold | null {
  const name = Object.hasOwn(claims, path) ? path : (path.split(".")[0] ?? path);
  const elsewhere = claims["_claim_names"];
  const isElsewhere =
    typeof elsewhere === "object" && elsewhere !== null && (Object.hasOwn(elsewhere, name) || Object.hasOwn(elsewhere, path));
  const hasGroups = claims["hasgroups"] === true || claims["hasgroups"] === "true";
  if (isElsewhere || (name === "groups" && (hasGroups || Object.keys(claims).some((claim) => claim.startsWith("groups:src"))))) {
    return "too_many_groups";
  }
  return hasUserInfoFailed ? "no_userinfo" : null;
}

function withoutNulls(claims: Claims): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null));
}

/** A name that is a claim of its own (`https://example.org/roles`) wins over a path of names. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) {
    return claims[path];
  }
  let value: unknown = claims;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = (value as Claims)[name];
  }
  return value;
}

function holds(claim: unknown, value: string): boolean {
  const values = Array.isArray(claim) ? claim : [claim];
  return values.some((one) => one === value || ((typeof one === "boolean" || typeof one === "number") && String(one) === value));
}

/** What a new account may be called, best first; the ones after the first are for when it is taken. */
export function usernameCandidates(claims: Claims, random: () => string): string[] {
  const base = usernameBase(claims);
  const numbered = [2, 3, 4, 5, 6, 7, 8, 9].map((number) => `${base}-${number}`);
  return [base, ...numbered, `${base}-${random()}`];
}

function usernameBase(claims: Claims): string {
  for (const name of ["preferred_username", "nickname", "email", "given_name"]) {
    const claim = claims[name];
    const username = typeof claim === "string" ? asUsername(claim) : "";
    if (username.length >= shortestName) {
      return username;
    }
  }
  return "member";
}

function asUsername(text: string): string {
  const local = text.slice(0, longestName * 4).split("@")[0] ?? "";
  const plain = local.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return plain
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, longestBase)
    .replace(/(?<![^a-z0-9])[^a-z0-9]+$/, "");
}

export function displayNameOf(claims: Claims): string | null {
  const { name } = claims;
  if (typeof name !== "string" || !name.isWellFormed()) {
    return null;
  }
  const shown = Array.from(name.replaceAll(/\p{Cc}+/gu, " ").trim())
    .slice(0, maxDisplayNameLength)
    .join("")
    .trim();
  return shown === "" ? null : shown;
}
