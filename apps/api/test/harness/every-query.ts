import { randomBytes, randomUUIDv7 } from "node:crypto";
import { defaultAgentTools } from "@mosaic/contracts/agent";
import type { Type } from "@nestjs/common";
import { AccessTokensRepository } from "../../src/modules/access-tokens/access-tokens.repository.js";
import { InvitesRepository } from "../../src/modules/accounts/invites.repository.js";
import { OwnSessionsRepository } from "../../src/modules/accounts/own-sessions.repository.js";
import { ProfileRepository } from "../../src/modules/accounts/profile.repository.js";
import { SignUpRepository } from "../../src/modules/accounts/sign-up.repository.js";
import { AgentConfigRepository } from "../../src/modules/agent-config/agent-config.repository.js";
import { AgentsRepository } from "../../src/modules/agents/agents.repository.js";
import { AuditRepository } from "../../src/modules/audit/audit.repository.js";
import { BearerTokensRepository } from "../../src/modules/auth/bearer-tokens.repository.js";
import { LoginThrottleRepository } from "../../src/modules/auth/login-throttle.repository.js";
import { addressRule } from "../../src/modules/auth/login-throttle.js";
import { RefusalsRepository } from "../../src/modules/auth/refusals.repository.js";
import { SessionsRepository } from "../../src/modules/auth/sessions.repository.js";
import { SignInPlacesRepository } from "../../src/modules/auth/sign-in-places.repository.js";
import { BackendsRepository } from "../../src/modules/backends/backends.repository.js";
import { BootQueueRepository } from "../../src/modules/boot-queue/boot-queue.repository.js";
import { ContainerLifecycleRepository } from "../../src/modules/container-lifecycle/container-lifecycle.repository.js";
import { ContainerViewsRepository } from "../../src/modules/container-lifecycle/container-views.repository.js";
import { StateSizesRepository } from "../../src/modules/container-lifecycle/state-sizes.repository.js";
import { ConversationsRepository } from "../../src/modules/conversations/conversations.repository.js";
import { TurnsRepository } from "../../src/modules/conversations/turns.repository.js";
import { HealthRepository } from "../../src/modules/health/health.repository.js";
import { IdleReaperRepository } from "../../src/modules/idle-reaper/idle-reaper.repository.js";
import { ApiProcessesRepository } from "../../src/modules/key-rotation/api-processes.repository.js";
import { LlmProvidersRepository } from "../../src/modules/llm-providers/llm-providers.repository.js";
import { ModelSourcesRepository } from "../../src/modules/llm-providers/model-sources.repository.js";
import { LlmRelayRepository } from "../../src/modules/llm-relay/llm-relay.repository.js";
import { ModelDefaultsRepository } from "../../src/modules/model-defaults/model-defaults.repository.js";
import { SharingRepository } from "../../src/modules/model-defaults/sharing.repository.js";
import { OidcFlowsRepository } from "../../src/modules/oidc/oidc-flows.repository.js";
import { OidcIdentitiesRepository } from "../../src/modules/oidc/oidc-identities.repository.js";
import { SystemConfigRepository } from "../../src/modules/settings/system-config.repository.js";
import { UserAdminRepository } from "../../src/modules/user-admin/user-admin.repository.js";
import { UserDeletionRepository } from "../../src/modules/user-admin/user-deletion.repository.js";
import { UsersRepository } from "../../src/modules/users/users.repository.js";
import { crowdId, heavyUser, type CrowdTable } from "./crowded-database.js";

/** One method of one repository, asked in one way. */
export interface Call {
  /** `AuditRepository.page`. */
  readonly method: string;
  readonly run: (get: <T>(type: Type<T>) => T) => Promise<void>;
}

type Methods<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T];
type Way<T> = (repository: T) => unknown;

/** Every public method of a repository: one that is missing here does not compile. */
function of<T>(type: Type<T>, ways: Readonly<Record<Methods<T>, Way<T> | readonly Way<T>[]>>): Call[] {
  return Object.entries<Way<T> | readonly Way<T>[]>(ways).flatMap(([method, way]) =>
    [way].flat().map((ask) => ({
      method: `${type.name}.${method}`,
      run: async (get: <R>(of: Type<R>) => R) => {
        const answer = await ask(get(type));
        await drain(answer);
      },
    })),
  );
}

/** Three batches of what comes in batches. */
async function drain(answer: unknown): Promise<void> {
  if (typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer) {
    let left = 3;
    for await (const _batch of answer as AsyncIterable<unknown>) {
      left -= 1;
      if (left === 0) {
        return;
      }
    }
  }
}

const now = new Date();
const later = new Date(now.getTime() + 86_400_000);
const monthAgo = new Date(now.getTime() - 30 * 86_400_000);
/** Older than what is swept away of a few thousand rows that were made one second apart. */
const hourAgo = new Date(now.getTime() - 3_600_000);
const user = crowdId("users", heavyUser);
const admin = crowdId("users", 3);
const id = (table: CrowdTable, number: number): string => crowdId(table, number);
const bytes = (): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(32));
const hex = (): string => randomBytes(32).toString("hex");
const accept = (): void => undefined;
const audit = { action: "sign_up.update" } as const;
const demo = {
  kind: "demo" as const,
  name: "Demo",
  baseUrl: null,
  models: [{ id: "mosaic-demo" }],
  apiKeyEncrypted: undefined,
  version: 2,
  dialect: { models: {} },
  isActive: true,
};
const values = {
  name: "Ada",
  emoji: "🦞",
  personality: "",
  tools: defaultAgentTools,
  idleTimeoutSeconds: 60,
  model: { providerId: id("llm_providers", heavyUser), model: "mosaic-demo" },
  fallbacks: [],
};
const session = () => ({ tokenHash: bytes(), userAgent: "", address: "::1", createdAt: now, idleExpiresAt: later, expiresAt: later });
const page = { page: 1, pageSize: 50 };

const accounts: readonly Call[] = [
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
    changePassword: (profiles) =>
      profiles.changePassword(id("users", 15), { formerHash: "x", passwordHash: "y", session: session(), endsTokens: true }),
    recordRefusal: (profiles) => profiles.recordRefusal(),
  }),
  ...of(SignUpRepository, {
    findRefusal: (signUps) => signUps.findRefusal("nobody", bytes(), now),
    recordRefusal: (signUps) => signUps.recordRefusal("closed"),
    create: (signUps) => signUps.create({ username: `new-${hex().slice(0, 8)}`, displayName: "New", passwordHash: "x" }, null, now),
  }),
  ...of(UsersRepository, {
    hasBreakglass: (users) => users.hasBreakglass(),
    createBreakglass: (users) => users.createBreakglass(`root-${hex().slice(0, 8)}`, "x"),
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

const signIn: readonly Call[] = [
  ...of(BearerTokensRepository, {
    findLive: (tokens) => tokens.findLive(bytes(), now),
    findLiveIds: (tokens) => tokens.findLiveIds([id("access_tokens", 1), id("access_tokens", 2)], now),
    touch: (tokens) =>
      tokens.touch(
        {
          id: id("access_tokens", 1),
          name: "t",
          scopes: [],
          user: { id: user, username: "u", displayName: "U", role: "member", isBreakglass: false },
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
          user: { id: user, username: "u", displayName: "U", role: "member", isBreakglass: false },
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

const agents: readonly Call[] = [
  ...of(AgentConfigRepository, {
    findLive: (configs) => configs.findLive(bytes()),
    findAgent: (configs) => configs.findAgent(id("agents", 1)),
  }),
  ...of(AgentsRepository, {
    list: [(rows) => rows.list(user), (rows) => rows.list(null)],
    find: (rows) => rows.find(user, id("agents", 1)),
    hasAnyWithModel: (rows) => rows.hasAnyWithModel(),
    create: (rows) => rows.create({ owner: user, userId: user }, { id: randomUUIDv7(), backend: "openclaw", values }, 100, accept),
    change: (rows) => rows.change({ owner: user, userId: user }, id("agents", 2), () => values),
  }),
  ...of(BackendsRepository, {
    find: (backends) => backends.find("openclaw"),
    list: (backends) => backends.list(),
    update: (backends) => backends.update("openclaw", { pidsLimit: 300 }),
  }),
  ...of(StateSizesRepository, {
    runningMs: (sizes) => sizes.runningMs(id("agents", 1)),
    summary: (sizes) => sizes.summary(),
    store: (sizes) => sizes.store(id("agents", 1), 1),
    claim: (sizes) => sizes.claim(hourAgo, now, 16),
    giveBack: (sizes) => sizes.giveBack([id("agents", 1), id("agents", 2)]),
  }),
  ...of(ContainerViewsRepository, {
    list: [
      (views) => views.list({ pageSize: 50 }),
      (views) => views.list({ pageSize: 50, after: `${hourAgo.getTime()}.${id("agents", 1)}` }),
      (views) => views.list({ pageSize: 50, before: `${hourAgo.getTime()}.${id("agents", 1)}` }),
      (views) => views.list({ pageSize: 50, status: "running" }),
      (views) => views.list({ pageSize: 50, status: "error", search: "c4ca4238" }),
      (views) => views.list({ pageSize: 50, search: "agent c4ca" }),
      (views) => views.list({ pageSize: 50, search: "zz" }),
    ],
    find: (views) => views.find(id("agents", 1)),
  }),
  ...of(ContainerLifecycleRepository, {
    find: (rows) => rows.find(id("agents", 1)),
    findRunning: (rows) => rows.findRunning(),
    findForReconciliation: (rows) => rows.findForReconciliation(Array.from({ length: 300 }, (_, index) => `mosaic-${index}`)),
    isOwner: (rows) => rows.isOwner(user, id("agents", 1)),
    missingSystemAgents: (rows) => rows.missingSystemAgents(),
    setWanted: (rows) => rows.setWanted(id("agents", 3), false),
    isSystemAgent: (rows) => rows.isSystemAgent(id("agents", 3)),
    countContents: (rows) => rows.countContents(id("agents", 500)),
    restartable: (rows) => rows.restartable(),
    createIfAbsent: (rows) => rows.createIfAbsent(id("agents", 1), "mosaic-1", { encrypted: "enc:", hash: hex() }),
    changeStatus: [
      (rows) => rows.changeStatus(id("agents", 4), "stop_requested", { stage: null, error: null }),
      (rows) => rows.changeStatus(id("agents", 1001), "stop_requested", {}, { idleSince: hourAgo }),
    ],
    setStage: (rows) => rows.setStage(id("agents", 2), hex(), { stage: "creating", percent: null, detail: null }),
    isUnderWay: (rows) => rows.isUnderWay(id("agents", 2), hex()),
    setEndpoint: (rows) => rows.setEndpoint(id("agents", 2), hex(), { host: "h", port: 1 }),
    msSinceChange: (rows) => rows.msSinceChange(id("agents", 1)),
    takeStateMark: (rows) => rows.takeStateMark(id("agents", 2), randomUUIDv7(), true),
    setGeneration: (rows) => rows.setGeneration(id("agents", 2), "g"),
    touch: (rows) => rows.touch(id("agents", 2), now),
    deleteAgent: (rows) => rows.deleteAgent(id("agents", 700)),
    agentExists: (rows) => rows.agentExists(id("agents", 1)),
  }),
  ...of(BootQueueRepository, {
    enter: (queue) =>
      queue.enter({ agentId: id("agents", 1), startId: "start", ownerId: user, lockKey: "mosaic:agent:1", isBackground: true }, null),
    bringForward: (queue) => queue.bringForward(id("agents", 1)),
    standings: (queue) => queue.standings(["start"]),
    isBusyInBackground: (queue) => queue.isBusyInBackground(),
    admit: (queue) => queue.admit(1, true),
    leave: (queue) => queue.leave("start"),
  }),
  ...of(IdleReaperRepository, { running: (reaper) => reaper.running() }),
];

const models: readonly Call[] = [
  ...of(LlmProvidersRepository, {
    list: (providers) => providers.list(user),
    listShared: (providers) => providers.listShared(),
    find: (providers) => providers.find(user, id("llm_providers", heavyUser)),
    hasAny: (providers) => providers.hasAny(),
    create: (providers) => providers.create(user, { ...demo, id: randomUUIDv7() }, 100),
    change: [
      (providers) => providers.change(user, id("llm_providers", heavyUser), () => demo),
      (providers) => providers.change(admin, id("llm_providers", 3), () => demo),
    ],
    learn: (providers) =>
      providers.learn({ id: id("llm_providers", heavyUser), ownerId: user, kind: "demo", baseUrl: null }, () => ({
        models: { "mosaic-demo": { omits: ["store"] } },
      })),
    remove: (providers) => providers.remove(id("users", 18), id("llm_providers", 18)),
  }),
  ...of(ModelSourcesRepository, {
    load: [(sources) => sources.load(user), (sources) => sources.load(null)],
    loadMany: (sources) => sources.loadMany([user, null, ...Array.from({ length: 500 }, (_, index) => id("users", index + 1))]),
  }),
  ...of(LlmRelayRepository, {
    findLive: (relay) => relay.findLive(id("agents", 1001)),
    recordCall: (relay) => relay.recordCall(id("agents", 1001), now),
    lastCallAt: (relay) => relay.lastCallAt(id("agents", 1001)),
  }),
  ...of(ModelDefaultsRepository, {
    replace: [
      (defaults) => defaults.replace(user, { backend: null, model: values.model, fallbacks: [] }, accept),
      (defaults) => defaults.replace(null, { backend: "openclaw", model: null, fallbacks: [] }, accept),
    ],
  }),
  ...of(SharingRepository, {
    list: (sharing) => sharing.list(admin),
    agents: (sharing) => sharing.agents(),
    set: (sharing) => sharing.set(admin, id("llm_providers", 3), true),
  }),
];

const talk: readonly Call[] = [
  ...of(ConversationsRepository, {
    list: (conversations) => conversations.list(user),
    create: (conversations) => conversations.create(user, { id: randomUUIDv7(), agentId: id("agents", 1), titleEncrypted: "enc:", now }),
    find: (conversations) => conversations.find(user, id("conversations", 1)),
    messages: (conversations) => conversations.messages(user, id("conversations", 1)),
    setMemoryGiven: (conversations) => conversations.setMemoryGiven(user, id("conversations", 1), now),
    rename: (conversations) => conversations.rename(user, id("conversations", 1), "enc:"),
    delete: (conversations) => conversations.delete(user, id("conversations", 2)),
  }),
  ...of(TurnsRepository, {
    begin: (turns) =>
      turns.begin({
        userId: user,
        conversationId: id("conversations", 3),
        processId: randomUUIDv7(),
        now,
        maxPerUser: 5,
        question: { id: randomUUIDv7(), contentEncrypted: "enc:" },
        answer: { id: randomUUIDv7(), contentEncrypted: "enc:" },
        retitle: (title) => title,
      }),
    saveText: (turns) => turns.saveText(id("messages", 1), "enc:"),
    finish: (turns) => turns.finish(id("messages", 1), "enc:", { status: "complete", error: null }, now),
    breakOffOrphans: [
      (turns) => turns.breakOffOrphans(randomUUIDv7(), [], false),
      (turns) => turns.breakOffOrphans(randomUUIDv7(), [], true),
    ],
  }),
];

const installation: readonly Call[] = [
  ...of(HealthRepository, { ping: (health) => health.ping(), clockMs: (health) => health.clockMs() }),
  ...of(ApiProcessesRepository, {
    see: (processes) => processes.see(randomUUIDv7(), ""),
    forget: (processes) => processes.forget(randomUUIDv7()),
    forgetDead: (processes) => processes.forgetDead(),
  }),
  ...of(SystemConfigRepository, {
    find: (settings) => settings.find("a"),
    set: (settings) => settings.set("a", { value: "1", isEncrypted: false }, audit),
    setIfAbsent: (settings) => settings.setIfAbsent("a", { value: "1", isEncrypted: false }),
    change: (settings) => settings.change("a", { value: "2", isEncrypted: false }, { group: "oidc", audit }),
    changeLocked: (settings) => settings.changeLocked("a", "oidc", () => ({ setting: null, audit })),
  }),
];

/** Every query of the application. Those that change something come after those that read it. */
export const everyQuery: readonly Call[] = [...installation, ...signIn, ...models, ...agents, ...talk, ...accounts];
