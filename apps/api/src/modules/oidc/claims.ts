import type { Role } from "@mosaic/contracts/identity";
import type { RoleMapping } from "@mosaic/contracts/oidc";

export type Claims = Readonly<Record<string, unknown>>;

const maxEmailLength = 254;
const maxDisplayNameLength = 80;
const shortestName = 3;
const longestName = 32;
/** Room for the number that makes a name unique. */
const longestBase = 27;

/** What a sign-in server says of somebody: in the ID token, which is signed, and at its userinfo endpoint. */
export function mergeClaims(idToken: Claims, userInfo: Claims): Claims {
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
 * `null`, which keeps what an admin has set here, only where no mapping makes admins.
 */
export function mappedRole(claims: Claims, mappings: readonly RoleMapping[]): Role | null {
  const first = mappings.find(({ claim, value }) => holds(claimAt(claims, claim), value));
  return first?.role ?? (mappings.some(({ role }) => role === "admin") ? "member" : null);
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
