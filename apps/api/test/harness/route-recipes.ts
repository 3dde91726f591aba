import type { AuditAction } from "@mosaic/contracts/audit-actions";
import { declarationNamed } from "./declarations.js";
import { adminName, adminPassword, uniqueName } from "./test-app.js";

/** What a path's id names. */
export type FixtureKind =
  | "agent"
  | "provider"
  | "conversation"
  | "deleted-conversation"
  | "turn"
  | "answer"
  | "hidden-message"
  | "answering"
  | "waiting"
  | "file"
  | "push-device"
  | "session"
  | "token"
  | "invite"
  | "user"
  | "system-agent"
  | "container"
  | "backend"
  | "declared-backend"
  | "own-provider"
  | "spoken"
  | "folder"
  | "share";

/** `made`: by its id in the answer. */
interface AuditTarget {
  readonly type: string;
  readonly id: "made" | "caller" | { readonly named: string } | null;
}

/** How a route is called so that it works, for whoever may. */
export interface Recipe {
  /** Of the id in the path, or in the body if `idIn` says so. */
  readonly kind?: FixtureKind;
  readonly idIn?: "body";
  readonly body?: unknown;
  readonly bodyOf?: (id: string) => unknown;
  readonly query?: string;
  /** What it answers then. */
  readonly ok: number;
  /** The one row of the audit that it writes then; several for a call that changes several things. */
  readonly audit?: readonly AuditAction[];
  /** What that row is about, where it is not what the path's id names. */
  readonly target?: AuditTarget;
  /** Why there is none, for a call that is no GET. */
  readonly unaudited?: string;
  readonly isStream?: true;
  /** Why it can't be called to its end here, and where it is. */
  readonly onlyRefusals?: string;
}

const made = (type: string): AuditTarget => ({ type, id: "made" });
const setting = (named: string): AuditTarget => ({ type: "setting", id: { named } });
const callers: AuditTarget = { type: "user", id: "caller" };

/** What the audit calls what an id names. */
export const targetTypes: Readonly<Record<FixtureKind, string>> = {
  agent: "agent",
  provider: "provider",
  conversation: "conversation",
  "deleted-conversation": "conversation",
  turn: "message",
  answer: "message",
  "hidden-message": "message",
  answering: "conversation",
  waiting: "message",
  file: "file",
  "push-device": "push_device",
  session: "session",
  token: "token",
  invite: "invite",
  user: "user",
  "system-agent": "agent",
  container: "agent",
  backend: "backend",
  "declared-backend": "backend",
  "own-provider": "provider",
  spoken: "conversation",
  folder: "folder",
  share: "share",
};

/** The generator of P-256: a point that a browser's public key could be. */
export const samplePoint = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

const closedWizard = { ok: 409, unaudited: "the wizard is closed: nothing happens" } as const;
const oidc = {
  isEnabled: false,
  label: "Team",
  issuer: "https://login.example",
  clientId: "mosaic",
  clientSecret: null,
  scopes: ["openid"],
  allowedEmailDomains: [],
  autoCreate: true,
  roleMappings: [],
};
const demo = { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] };

/** By handler. A route that changes something or has an id in its path and is not in here fails the tests that use this. */
export const recipes: Readonly<Record<string, Recipe>> = {
  "AccessTokensController.create": {
    body: { name: "t", scopes: ["read"], expiresInDays: 1 },
    ok: 201,
    audit: ["token.create"],
    target: made("token"),
  },
  "AccessTokensController.revoke": { kind: "token", ok: 204, audit: ["token.revoke"] },
  "AdminBackendsController.check": { kind: "backend", ok: 200, unaudited: "it only looks" },
  "AdminBackendsController.update": { kind: "backend", body: { readyTimeoutMs: 60_000 }, ok: 200, audit: ["backend.update"] },
  "BackendDeclarationsController.change": {
    kind: "declared-backend",
    bodyOf: (id: string) => ({ declaration: { ...declarationNamed(/^[a-z]/.test(id) ? id : "none"), label: "Another" }, version: 1 }),
    ok: 200,
    audit: ["backend.declare"],
  },
  "BackendDeclarationsController.declare": {
    body: { declaration: declarationNamed("declared-once") },
    ok: 201,
    audit: ["backend.declare"],
    target: { type: "backend", id: { named: "declared-once" } },
  },
  "BackendDeclarationsController.export": { ok: 200 },
  "BackendDeclarationsController.get": { kind: "declared-backend", ok: 200 },
  "BackendDeclarationsController.import": {
    body: { content: JSON.stringify({ version: 1, backends: [declarationNamed("imported")] }) },
    ok: 200,
    audit: ["backend.declare"],
    target: { type: "backend", id: { named: "imported" } },
  },
  "BackendDeclarationsController.remove": { kind: "declared-backend", ok: 204, audit: ["backend.delete"] },
  "AdminContainersController.stop": { kind: "container", ok: 202, audit: ["container.stop"] },
  "AgentContainersController.delete": { kind: "agent", ok: 204, audit: ["agent.delete"] },
  "AgentContainersController.deletionSummary": { kind: "agent", ok: 200 },
  "AgentContainersController.logs": { kind: "agent", query: "?lines=5", ok: 200 },
  "AgentContainersController.restart": { kind: "agent", ok: 202, audit: ["container.start"] },
  "AgentContainersController.start": { kind: "agent", ok: 202, audit: ["container.start"] },
  "AgentContainersController.stop": { kind: "agent", ok: 202, unaudited: "it is stopped already: nothing happens" },
  "AgentsController.create": { body: { name: "New" }, ok: 201, audit: ["agent.create"], target: made("agent") },
  "AgentsController.first": { ok: 200, unaudited: "whoever has an agent gets no other" },
  "AgentsController.get": { kind: "agent", ok: 200 },
  "AgentsController.update": { kind: "agent", body: { name: "Other" }, ok: 200, audit: ["agent.update"] },
  "AuthController.login": { ok: 200, onlyRefusals: "auth.api.test.ts" },
  "AuthController.logout": { ok: 204, onlyRefusals: "sessions.api.test.ts" },
  "ImportController.run": {
    kind: "agent",
    body: { type: "header", format: "mosaic-conversations", version: 1, exportedAt: "2026-11-30T12:00:00.000Z" },
    ok: 200,
    unaudited: "a header holds no conversation",
  },
  "ExportController.all": { ok: 200 },
  "ExportController.one": { kind: "conversation", ok: 200 },
  "ConversationsController.create": {
    kind: "agent",
    idIn: "body",
    bodyOf: (agentId) => ({ agentId }),
    ok: 201,
    audit: ["conversation.create"],
    target: made("conversation"),
  },
  "ConversationsController.delete": { kind: "conversation", ok: 204, audit: ["conversation.delete"] },
  "ConversationsController.get": { kind: "conversation", ok: 200 },
  "ConversationsController.messages": { kind: "conversation", ok: 200 },
  "ConversationsController.restore": { kind: "deleted-conversation", ok: 200, audit: ["conversation.restore"] },
  "ConversationsController.update": {
    kind: "conversation",
    body: { title: "New title", isPinned: true },
    ok: 200,
    audit: ["conversation.rename", "conversation.update"],
  },
  "InvitesController.create": { body: { note: "for Bob" }, ok: 201, audit: ["invite.create"], target: made("invite") },
  "InvitesController.revoke": { kind: "invite", ok: 204, audit: ["invite.revoke"] },
  "DictationController.writeDown": {
    kind: "agent",
    ok: 409,
    unaudited: "nothing is kept: the agent's provider writes nothing down (dictation.api.test.ts)",
  },
  "LlmProvidersController.create": { body: demo, ok: 201, audit: ["provider.create"], target: made("provider") },
  "LlmProvidersController.get": { kind: "provider", ok: 200 },
  "LlmProvidersController.remove": { kind: "provider", ok: 204, audit: ["provider.delete"] },
  "LlmProvidersController.test": { body: { kind: "openai", baseUrl: "http://127.0.0.1:1/v1" }, ok: 200, unaudited: "it only looks" },
  "LlmProvidersController.update": { kind: "provider", body: { name: "Other" }, ok: 200, audit: ["provider.update"] },
  "SearchController.find": { body: { q: "hello" }, ok: 200, unaudited: "it only looks" },
  "ModelDefaultsController.save": {
    kind: "provider",
    idIn: "body",
    bodyOf: (providerId) => ({ backend: null, model: { providerId, model: "mosaic-demo" } }),
    ok: 200,
    audit: ["model_default.update"],
    target: callers,
  },
  "DemoSettingsController.save": { body: { isOn: true }, ok: 200, audit: ["demo_model.update"], target: setting("demo_model.use") },
  "OidcSettingsController.put": { body: oidc, ok: 200, audit: ["oidc.update"], target: setting("oidc.configuration") },
  "OidcSettingsController.remove": { ok: 204, audit: ["oidc.delete"], target: setting("oidc.configuration") },
  "OidcSettingsController.test": { body: { issuer: "http://127.0.0.1:1" }, ok: 200, unaudited: "it only looks" },
  "OpenAiController.list": { ok: 200 },
  "OpenAiController.get": { kind: "agent", ok: 404, onlyRefusals: "openai-sdks.api.test.ts" },
  "OpenAiController.complete": {
    kind: "agent",
    idIn: "body",
    bodyOf: (agentId) => ({ model: `openclaw/${agentId}`, messages: [{ role: "user", content: "Hi" }], stream: true }),
    ok: 200,
    isStream: true,
    audit: ["conversation.create", "message.send"],
    onlyRefusals: "openai-conversations.api.test.ts",
  },
  "OpenAiController.respond": {
    kind: "agent",
    idIn: "body",
    bodyOf: (agentId) => ({ model: `openclaw/${agentId}`, input: "Hi", stream: true }),
    ok: 200,
    isStream: true,
    audit: ["conversation.create", "message.send"],
    onlyRefusals: "openai-responses.api.test.ts",
  },
  "OpenAiController.embed": { ok: 200, onlyRefusals: "plain-models.api.test.ts" },
  "OnboardingController.agents": { body: { runtime: "docker", agent: { name: "A" } }, ...closedWizard },
  "OnboardingController.breakglass": { ok: 201, onlyRefusals: "onboarding.api.test.ts" },
  "OnboardingController.complete": { ...closedWizard },
  "OnboardingController.health": { ...closedWizard },
  "OnboardingController.oidc": { body: { skip: true }, ...closedWizard },
  "OnboardingController.options": { ...closedWizard },
  "OnboardingController.provider": { body: demo, ...closedWizard },
  "OnboardingController.testProvider": { body: { kind: "demo" }, ...closedWizard },
  "FileSettingsController.save": {
    body: { quotaBytes: 5 * 1024 * 1024 },
    ok: 200,
    audit: ["file.set_quota"],
    target: setting("files.settings"),
  },
  "FilesController.download": { kind: "file", ok: 200 },
  "FilesController.preview": { kind: "file", ok: 200 },
  "FilesController.remove": { kind: "file", ok: 204, audit: ["file.delete"] },
  "FilesController.upload": { ok: 201, onlyRefusals: "files.api.test.ts" },
  "OutboundAccessController.put": {
    body: { allowedAddresses: ["ollama.home"] },
    ok: 200,
    audit: ["outbound.update"],
    target: setting("outbound.allowed_addresses"),
  },
  "OwnSessionsController.revoke": { kind: "session", ok: 204, audit: ["session.revoke"] },
  "OwnSessionsController.revokeOthers": { ok: 204, audit: ["session.revoke"], target: callers },
  "ProfileController.changePassword": { ok: 204, onlyRefusals: "accounts.api.test.ts" },
  "ProfileController.update": { body: { displayName: "New name" }, ok: 200, audit: ["profile.update"], target: callers },
  "PushController.remove": { kind: "push-device", ok: 204, audit: ["push.disable"] },
  "PushController.save": {
    body: {
      subscription: { endpoint: "https://127.0.0.1:1/push", keys: { p256dh: samplePoint, auth: "A".repeat(22) } },
      showsText: false,
    },
    ok: 204,
    audit: ["push.enable"],
    target: callers,
  },
  "PushController.seen": {
    body: { messageId: "0198c1b2-7a60-7c3e-8f00-0123456789ab" },
    ok: 204,
    unaudited: "it only keeps the caller's own devices quiet",
  },
  "PushController.test": { kind: "push-device", ok: 200, unaudited: "it only shows something on the caller's own device" },
  "SharingController.saveDefault": {
    body: { backend: null, model: null },
    ok: 200,
    audit: ["model_default.update"],
    target: { type: "installation", id: null },
  },
  "SharingController.set": { kind: "own-provider", body: { isShared: true }, ok: 200, audit: ["sharing.update"] },
  "SharesController.create": {
    kind: "spoken",
    body: { kind: "link", hasTools: false, hasFiles: false },
    ok: 201,
    audit: ["conversation.share"],
  },
  "SharesController.file": { kind: "share", ok: 200, onlyRefusals: "shares.api.test.ts" },
  "SharesController.lists": { ok: 200 },
  "FoldersController.list": { ok: 200 },
  "FoldersController.create": {
    body: { name: "Travel", instructions: "Answer briefly." },
    ok: 201,
    audit: ["folder.create"],
    target: made("folder"),
  },
  "FoldersController.update": { kind: "folder", body: { instructions: "Answer at length." }, ok: 200, audit: ["folder.update"] },
  "FoldersController.delete": { kind: "folder", ok: 204, audit: ["folder.delete"] },
  "SharesController.read": { kind: "share", ok: 200 },
  "SharesController.revoke": { kind: "share", ok: 204, audit: ["conversation.unshare"] },
  "SharesController.continue": { kind: "share", bodyOf: (agentId) => ({ agentId }), ok: 201, onlyRefusals: "shares.api.test.ts" },
  "SharedLinksController.continue": { ok: 201, onlyRefusals: "shares.api.test.ts" },
  "ShareLinksController.read": { ok: 200 },
  "ShareLinksController.save": {
    body: { isOn: true },
    ok: 200,
    audit: ["share_links.update"],
    target: setting("share_links.use"),
  },
  "SignUpController.signUp": { ok: 201, onlyRefusals: "sign-up.api.test.ts" },
  "SignUpSettingsController.save": { body: { mode: "closed" }, ok: 200, audit: ["sign_up.update"], target: setting("sign_up.mode") },
  "SystemAgentsController.create": { body: { name: "New" }, ok: 201, audit: ["system_agent.create"], target: made("agent") },
  "SystemAgentsController.get": { kind: "system-agent", ok: 200 },
  "SystemAgentsController.logs": { kind: "system-agent", ok: 200 },
  "SystemAgentsController.remove": { kind: "system-agent", ok: 204, audit: ["system_agent.delete"] },
  "SystemAgentsController.restart": { kind: "system-agent", ok: 202, audit: ["system_agent.update", "container.start"] },
  "SystemAgentsController.start": { kind: "system-agent", ok: 202, audit: ["system_agent.update", "container.start"] },
  "SystemAgentsController.stop": { kind: "system-agent", ok: 202, unaudited: "it is stopped already: nothing happens" },
  "SystemAgentsController.update": { kind: "system-agent", body: { name: "Other" }, ok: 200, audit: ["system_agent.update"] },
  "TurnsController.again": { kind: "answer", ok: 200, isStream: true, audit: ["message.answer_again"] },
  "TurnsController.show": { kind: "hidden-message", ok: 204, audit: ["message.show_version"] },
  "TurnsController.events": { kind: "turn", ok: 200, isStream: true },
  "TurnsController.send": { kind: "conversation", body: { content: "Hi" }, ok: 200, isStream: true, audit: ["message.send"] },
  "TurnsController.stop": { kind: "turn", ok: 204, audit: ["message.stop"] },
  "DraftsController.get": { kind: "conversation", ok: 200 },
  "DraftsController.save": {
    kind: "conversation",
    body: { revision: "0b9a3f0e-7c1d-4d3a-9e55-0b7d2f6f1a11", content: "Not sent" },
    ok: 204,
    unaudited: "what somebody types is saved every second, and said to nobody",
  },
  "DraftsController.drop": {
    kind: "conversation",
    query: "?revision=0b9a3f0e-7c1d-4d3a-9e55-0b7d2f6f1a11",
    ok: 204,
    unaudited: "what was sent is in the audit as a message",
  },
  "ReadMarksController.mark": {
    kind: "conversation",
    body: { messageId: "01990000-0000-7000-8000-000000000000" },
    ok: 204,
    unaudited: "to look at something changes nothing of it",
  },
  "WaitingMessagesController.add": { kind: "answering", body: { content: "Then" }, ok: 201, audit: ["message.wait"] },
  "WaitingMessagesController.list": { kind: "conversation", ok: 200 },
  "WaitingMessagesController.sendNow": { kind: "waiting", ok: 204, audit: ["message.send_next"] },
  "WaitingMessagesController.takeBack": { kind: "waiting", ok: 204, audit: ["message.take_back"] },
  "UserAdminController.delete": { kind: "user", ok: 204, audit: ["user.delete"] },
  "UserAdminController.deletionSummary": { kind: "user", ok: 200 },
  "UserAdminController.update": { kind: "user", body: { isDisabled: true }, ok: 200, audit: ["user.disable"] },
  "AuditController.export": { query: "?format=csv", ok: 200 },
  "OwnerEventsController.open": { ok: 200, isStream: true },
};

/** How a route that is open to everybody is called so that it works, and what it answers then. */
interface OpenRecipe {
  readonly bodyOf?: () => Record<string, unknown>;
  readonly query?: string;
  /** For everybody: who asks makes no difference. */
  readonly status: number;
  /** Where a `302` leads. */
  readonly location?: string;
  /** Why two answers of it differ in their bytes; absent: they don't, whoever asks. */
  readonly differsBy?: string;
}

/** By handler. A `public` or `setup` route that is not in here fails the matrix. Sign-up is open to all then, and no sign-in server is set. */
export const openRecipes: Readonly<Record<string, OpenRecipe>> = {
  "AuthController.login": {
    bodyOf: () => ({ username: adminName, password: adminPassword }),
    status: 200,
    differsBy: "the new session",
  },
  "AuthController.logout": { status: 204 },
  "HealthController.live": { status: 200 },
  "SharedFilesController.read": { status: 404 },
  "SharedLinksController.open": { bodyOf: () => ({ token: "a".repeat(43) }), status: 404 },
  "OidcSignInController.callback": {
    query: "?state=s&code=c",
    status: 302,
    location: "/login?problem=oidc_unavailable",
  },
  "OidcSignInController.start": { query: "?returnTo=/chat", status: 302, location: "/login?problem=oidc_unavailable" },
  // Whoever shows no set-up token is told the same before and after there is an admin.
  "OnboardingController.breakglass": { bodyOf: () => ({ username: "root", password: "a fine long sentence" }), status: 403 },
  "OnboardingController.status": { status: 200, differsBy: "whether the caller is signed in" },
  "SignUpController.options": { status: 200 },
  "SignUpController.signUp": {
    bodyOf: () => ({ username: uniqueName("somebody"), password: "a fine long sentence" }),
    status: 201,
    differsBy: "the new account",
  },
};

/** How a route of a container is called, and what it answers to each of the tokens that are its own. */
interface ContainerRecipe {
  readonly rest?: string;
  readonly body?: unknown;
  readonly container: number;
  readonly relay: number;
  readonly gateway: number;
}

/** By handler. A `container` route that is not in here fails the matrix. */
export const containerRecipes: Readonly<Record<string, ContainerRecipe>> = {
  "AgentConfigController.bundle": { container: 200, relay: 401, gateway: 401 },
  "AgentConfigController.config": { container: 200, relay: 401, gateway: 401 },
  "AgentEventsController.say": { body: { kind: "assistant", text: "Hi" }, container: 201, relay: 401, gateway: 401 },
  "DemoRelayController.answer": {
    rest: "v1/chat/completions",
    body: { model: "mosaic-demo", messages: [{ role: "user", content: "hello" }] },
    container: 200,
    relay: 200,
    gateway: 401,
  },
  "DemoRelayController.read": { rest: "v1/models", container: 200, relay: 200, gateway: 401 },
  "LlmRelayController.forward": {
    rest: "chat/completions",
    body: { model: "mosaic-demo", messages: [{ role: "user", content: "hello" }] },
    container: 200,
    relay: 200,
    gateway: 401,
  },
  "LlmRelayController.models": { container: 200, relay: 200, gateway: 401 },
  "SupervisorStatusController.report": { body: { phase: "ready" }, container: 200, relay: 401, gateway: 401 },
};
