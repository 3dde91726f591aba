import { expect, test } from "vitest";
import { decideRole, displayNameOf, isDomainAllowed, mergeClaims, usernameCandidates, verifiedEmail } from "./claims.js";

test.each([
  [{ email: "Ann@Example.org", email_verified: true }, "ann@example.org"],
  [{ email: "ann@example.org", email_verified: "true" }, "ann@example.org"],
  [{ email: "ann@example.org", email_verified: false }, null],
  [{ email: "ann@example.org", email_verified: 1 }, null],
  [{ email: "ann@example.org" }, null],
  [{ email: "ann@evil.org@example.org", email_verified: true }, null],
  [{ email: ["ann@example.org"], email_verified: true }, null],
  [{ email: "an n@example.org", email_verified: true }, null],
  [{ email: "\ud800@example.org", email_verified: true }, null],
])("an address counts only if it is verified: %o", (claims, expected) => {
  expect(verifiedEmail(claims)).toBe(expected);
});

test("an address of the ID token is never verified by the userinfo endpoint, nor the other way round", () => {
  expect(verifiedEmail(mergeClaims({ email: "a@b.org" }, { email: "c@d.org", email_verified: true }))).toBeNull();
  expect(verifiedEmail(mergeClaims({ email_verified: true }, { email: "c@d.org" }))).toBeNull();
  expect(verifiedEmail(mergeClaims({ sub: "1" }, { email: "c@d.org", email_verified: true }))).toBe("c@d.org");
});

test.each([
  [null, [], true],
  [null, ["example.org"], false],
  ["ann@example.org", ["example.org"], true],
  ["ann@mail.example.org", ["example.org"], false],
  ["ann@notexample.org", ["example.org"], false],
  ["ann@other.org", ["example.org", "other.org"], true],
])("domains are exact: %s in %o", (email, domains, expected) => {
  expect(isDomainAllowed(email, domains)).toBe(expected);
});

const admins = { claim: "groups", value: "admins", role: "admin" } as const;
const members = { claim: "realm_access.roles", value: "staff", role: "member" } as const;

test.each([
  [{ groups: ["staff", "admins"] }, "admin"],
  [{ groups: "admins" }, "admin"],
  [{ groups: "admins-of-nothing" }, "member"],
  [{ realm_access: { roles: ["staff"] } }, "member"],
  [{ "realm_access.roles": "staff" }, "member"],
  [{ groups: ["admins"], realm_access: { roles: ["staff"] } }, "admin"],
  [{ realm_access: "staff" }, "member"],
  [{}, "member"],
])("the first mapping that holds decides: %o", (claims, expected) => {
  expect(decideRole(claims, [admins, members], false)).toEqual({ kind: "told", role: expected });
});

test("where no mapping makes admins, one that does not hold leaves the role as it is", () => {
  expect(decideRole({}, [members], false)).toEqual({ kind: "told", role: null });
  expect(decideRole({}, [], true)).toEqual({ kind: "told", role: null });
});

test("what every object inherits is no claim", () => {
  const decision = decideRole({}, [{ claim: "constructor.name", value: "Object", role: "admin" }], false);
  expect(decision).toEqual({ kind: "told", role: "member" });
});

const overage = {
  _claim_names: { groups: "src1" },
  _claim_sources: { src1: { endpoint: "https://graph.windows.net/x/getMemberObjects" } },
};

test.each([
  ["Entra's group overage", overage, [admins]],
  ["hasgroups", { hasgroups: true }, [admins]],
  ["hasgroups as text", { hasgroups: "true" }, [admins]],
  ["groups:src1", { "groups:src1": "https://graph.windows.net/x" }, [admins]],
  ["null beside the overage", { ...overage, groups: null }, [admins]],
  ["a path into a distributed claim", { _claim_names: { realm_access: "src1" } }, [{ ...members, role: "admin" as const }]],
  ["a member's mapping that holds after it", { ...overage, realm_access: { roles: ["staff"] } }, [admins, members]],
])("%s says neither yes nor no", (_name, claims, mappings) => {
  expect(decideRole(claims, mappings, false)).toMatchObject({ kind: "untold", why: "too_many_groups" });
});

test("what the userinfo endpoint would have told is not told where it fails, unless the ID token tells it", () => {
  expect(decideRole({}, [admins], true)).toEqual({ kind: "untold", claim: "groups", why: "no_userinfo" });
  expect(decideRole({ groups: [] }, [admins], true)).toEqual({ kind: "told", role: "member" });
});

test.each([
  ["groups are told although others are elsewhere", { _claim_names: { roles: "src1" }, groups: [] }, [admins], "member"],
  ["an earlier mapping holds", { ...overage, realm_access: { roles: ["staff"] } }, [members, admins], "member"],
  [
    "both ways lead to the same role",
    { ...overage, wheel: "yes" },
    [admins, { claim: "wheel", value: "yes", role: "admin" as const }],
    "admin",
  ],
])("a role is decided where %s", (_name, claims, mappings, role) => {
  expect(decideRole(claims, mappings, false)).toEqual({ kind: "told", role });
});

test("a claim that is null is none, in the token and at the userinfo endpoint", () => {
  const merged = mergeClaims(
    { sub: "1", email: null, name: null, groups: null },
    { email: "c@d.org", email_verified: true, groups: ["admins"] },
  );
  expect(verifiedEmail(merged)).toBe("c@d.org");
  expect(displayNameOf(merged)).toBeNull();
  expect(decideRole(merged, [admins], false)).toEqual({ kind: "told", role: "admin" });
});

test.each([
  [{ preferred_username: "Ann.Smith@example.org" }, "ann.smith"],
  [{ preferred_username: "Jürgen Müller" }, "jurgen-muller"],
  [{ preferred_username: "!!", email: "x.y@z.org" }, "x.y"],
  [{ preferred_username: "__ann__" }, "ann"],
  [{ preferred_username: "a".repeat(300) }, "a".repeat(27)],
  [{ preferred_username: "李雷" }, "member"],
  [{ preferred_username: 7 }, "member"],
])("a user name comes from what the server calls them: %o", (claims, expected) => {
  const candidates = usernameCandidates(claims, () => "x7k2");
  expect(candidates[0]).toBe(expected);
  expect(candidates.at(-1)).toBe(`${expected}-x7k2`);
  for (const candidate of candidates) {
    expect(candidate).toMatch(/^[a-z0-9][a-z0-9._-]{1,30}[a-z0-9]$/);
  }
});

test("a display name holds no control characters", () => {
  expect(displayNameOf({ name: " Ann\u0000\nSmith " })).toBe("Ann Smith");
  expect(displayNameOf({ name: "\u0007" })).toBeNull();
  expect(displayNameOf({ name: "x".repeat(300) })).toHaveLength(80);
});
