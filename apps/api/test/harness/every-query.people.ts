import { randomUUIDv7 } from "node:crypto";
import { AccessTokensRepository } from "../../src/modules/access-tokens/access-tokens.repository.js";
import { InvitesRepository } from "../../src/modules/accounts/invites.repository.js";
import { OwnSessionsRepository } from "../../src/modules/accounts/own-sessions.repository.js";
import { ProfileRepository } from "../../src/modules/accounts/profile.repository.js";
import { SignUpRepository } from "../../src/modules/accounts/sign-up.repository.js";
import { AuditRepository } from "../../src/modules/audit/audit.repository.js";
import { BearerTokensRepository } from "../../src/modules/auth/bearer-tokens.repository.js";
import { LoginThrottleRepository } from "../../src/modules/auth/login-throttle.repository.js";
import { addressRule } from "../../src/modules/auth/login-throttle.js";
import { RefusalsRepository } from "../../src/modules/auth/refusals.repository.js";
import { SessionsRepository } from "../../src/modules/auth/sessions.repository.js";
import { SignInPlacesRepository } from "../../src/modules/auth/sign-in-places.repository.js";
import { OidcFlowsRepository } from "../../src/modules/oidc/oidc-flows.repository.js";
import { OidcIdentitiesRepository } from "../../src/modules/oidc/oidc-identities.repository.js";
import { UserAdminRepository } from "../../src/modules/user-admin/user-admin.repository.js";
import { UserDeletionRepository } from "../../src/modules/user-admin/user-deletion.repository.js";
import { BreakglassRepository } from "../../src/modules/users/breakglass.repository.js";
import { UsersRepository } from "../../src/modules/users/users.repository.js";
import { admin, audit, bytes, hex, hourAgo, id, later, monthAgo, now, of, page, session, user, type Call } from "./query-calls.js";

export const accounts: readonly Call[] = [
  ...of(AccessTokensRepository, {
    list: (tokens) => tokens.list(user),
    create: (tokens) =>
      tokens.create(
        user,
        {
          id: randomUUIDv7(),
          name: "t",
          hint: "abcd",
          scopes: ["read"],
          showsConversations: true,
          usesPlainModel: false,
          createdAt: now,
          expiresAt: null,
          lastUsedAt: null,
          lastUsedAddress: null,
        },
        bytes(),
        100,
      ),
    revoke: (tokens) => tokens.revoke(id("users", 11), id("access_tokens", 11)),
  }),
  ...of(InvitesRepository, {
    list: (invites) => invites.list(),
    create: (invites) =>
      invites.create(
        {
          id: randomUUIDv7(),
          hint: "a",
          note: "",
          role: "member",
          maxUses: 1,
          uses: 0,
          creator: null,
          createdAt: now,
          expiresAt: later,
          revokedAt: null,
        },
        bytes(),
      ),
    revoke: (invites) => invites.revoke(id("invites", 5), now),
  }),
  ...of(OwnSessionsRepository, {
    list: (sessions) => sessions.list(user, now),
    revoke: (sessions) => sessions.revoke(id("users", 12), id("sessions", 12)),
    revokeOthers: (sessions) => sessions.revokeOthers(id("users", 13), id("sessions", 1)),
  }),
  ...of(ProfileRepository, {
    find: (profiles) => profiles.find(user),
    rename: (profiles) => profiles.rename(id("users", 14), "Renamed"),
    setLanguage: (profiles) => profiles.setLanguage(id("users", 14), "de"),
    changePassword: (profiles) =>
      profiles.changePassword(id("users", 15), { formerHash: "x", passwordHash: "y", session: session(), endsTokens: true }),
    recordRefusal: (profiles) => profiles.recordRefusal(),
  }),
  ...of(SignUpRepository, {
    findRefusal: (signUps) => signUps.findRefusal("nobody", bytes(), now),
    recordRefusal: (signUps) => signUps.recordRefusal("closed"),
    create: (signUps) => signUps.create({ username: `new-${hex().slice(0, 8)}`, displayName: "New", passwordHash: "x" }, null, now),
  }),
  ...of(BreakglassRepository, {
    find: (breakglass) => breakglass.find(),
    create: (breakglass) => breakglass.create(`root-${hex().slice(0, 8)}`, "x"),
    setPassword: async (breakglass) => {
      const account = await breakglass.find();
      return account === null ? undefined : breakglass.setPassword(account, "y");
    },
  }),
  ...of(UsersRepository, {
    find: (users) => users.find(user),
    findPasswordAccount: [(users) => users.findPasswordAccount({ username: "nobody" }), (users) => users.findPasswordAccount({ id: user })],
  }),
  ...of(UserAdminRepository, {
    list: [
      (users) => users.list(page),
      (users) => users.list({ page: 400, pageSize: 25 }),
      (users) => users.list({ ...page, role: "admin" }),
      (users) => users.list({ ...page, status: "disabled" }),
      (users) => users.list({ ...page, status: "active", role: "member" }),
      (users) => users.list({ ...page, search: "p77@" }),
      (users) => users.list({ ...page, search: "zz" }),
    ],
    update: (users) => users.update(admin, id("users", 16), { isDisabled: true }, now),
    activeAgentsOfDisabled: [(users) => users.activeAgentsOfDisabled(), (users) => users.activeAgentsOfDisabled(user)],
  }),
  ...of(UserDeletionRepository, {
    summary: (users) => users.summary(user),
    begin: (users) => users.begin(admin, id("users", 17), now),
    underWay: (users) => users.underWay(),
    agentIds: (users) => users.agentIds(user),
    deleteFiles: (users) => users.deleteFiles(id("users", 17)),
    deleteMessages: (users) => users.deleteMessages(id("users", 17)),
    deleteWithoutAgents: (users) => users.deleteWithoutAgents(id("users", 17)),
  }),
  ...of(AuditRepository, {
    page: [
      (events) => events.page({}, 1, 50),
      (events) => events.page({}, 200, 50),
      (events) => events.page({ actorId: user }, 1, 50),
      (events) => events.page({ action: "backend.update" }, 1, 50),
      (events) => events.page({ action: "backend" }, 1, 50),
      (events) => events.page({ action: "message" }, 1, 50),
      (events) => events.page({ outcome: "failed" }, 1, 50),
      (events) => events.page({ outcome: "done" }, 1, 50),
      (events) => events.page({ search: "c4ca4238a0b" }, 1, 50),
      (events) => events.page({ search: "zz" }, 1, 50),
      (events) => events.page({ from: monthAgo.toISOString(), to: hourAgo.toISOString() }, 1, 50),
    ],
    all: [(events) => events.all({}), (events) => events.all({ action: "agent" }), (events) => events.all({ outcome: "refused" })],
    removeOlderThan: (events) => events.removeOlderThan(400),
  }),
];

export const signIn: readonly Call[] = [
  ...of(BearerTokensRepository, {
    findLive: (tokens) => tokens.findLive(bytes(), now),
    findLiveIds: (tokens) => tokens.findLiveIds([id("access_tokens", 1), id("access_tokens", 2)], now),
    touch: (tokens) =>
      tokens.touch(
        {
          id: id("access_tokens", 1),
          name: "t",
          scopes: [],
          showsConversations: true,
          usesPlainModel: false,
          user: { id: user, username: "u", displayName: "U", role: "member", isBreakglass: false, language: null },
          lastUsedAt: null,
        },
        { at: now, address: "::1", unlessSince: now },
      ),
  }),
  ...of(LoginThrottleRepository, {
    countAttempt: (throttles) =>
      throttles.countAttempt([{ subject: "name:somebody", rule: addressRule, report: { limit: "address" } }], now),
    takeBack: (throttles) => throttles.takeBack([{ subject: "name:somebody", blockedUntil: null }]),
    clear: (throttles) => throttles.clear("name:somebody"),
    removeOlderThan: (throttles) => throttles.removeOlderThan(monthAgo, now),
  }),
  ...of(RefusalsRepository, { record: (refusals) => refusals.record("GET /") }),
  ...of(SessionsRepository, {
    begin: (sessions) => sessions.begin(user, session(), { formerTokenHash: bytes(), passwordHash: "x", places: [bytes()], audit: null }),
    findLive: (sessions) => sessions.findLive(bytes(), now),
    findLiveIds: (sessions) => sessions.findLiveIds([id("sessions", 1), id("sessions", 2)], now),
    touch: (sessions) =>
      sessions.touch(
        {
          id: id("sessions", 1),
          user: { id: user, username: "u", displayName: "U", role: "member", isBreakglass: false, language: null },
          lastUsedAt: now,
          expiresAt: later,
        },
        { at: now, address: "::1", idleExpiresAt: later },
      ),
    end: (sessions) => sessions.end(bytes(), audit),
    removeExpired: (sessions) => sessions.removeExpired(now),
  }),
  ...of(SignInPlacesRepository, {
    find: (places) => places.find("nobody", [bytes(), bytes()]),
    recordRefusal: (places) => places.recordRefusal(null),
    removeOlderThan: (places) => places.removeOlderThan(monthAgo),
  }),
  ...of(OidcFlowsRepository, {
    create: (flows) => flows.create({ stateHash: bytes(), browserHash: bytes(), sealed: "", network: "192.0.2.1", expiresAt: later }),
    take: (flows) => flows.take(bytes(), bytes(), now),
    removeExpired: (flows) => flows.removeExpired(now),
  }),
  ...of(OidcIdentitiesRepository, {
    admit: (identities) =>
      identities.admit(
        {
          issuer: "https://login.example",
          subject: hex(),
          email: null,
          displayName: null,
          role: "member",
          untold: null,
          usernames: ["one", "two"],
        },
        true,
        now,
      ),
    emailOf: (identities) => identities.emailOf("https://login.example", hex()),
    untold: (identities) => identities.untold(now),
    recordRefusal: (identities) => identities.recordRefusal("no", null),
  }),
];
